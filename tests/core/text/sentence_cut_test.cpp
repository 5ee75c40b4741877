#include "core/text/sentence_cut.h"

#include "core/base/random_stream.h"

#include <QtTest>

#include <algorithm>
#include <map>

using namespace flip;

namespace {

/// A sentence from its owners: 'a' to 'z' are fields 0 to 25, '.' is template text. Token ids are
/// positions.
TokenRow sentence(std::string_view owners) {
    TokenRow row;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        row.ids.push_back(static_cast<std::int32_t>(i));
        row.owner.push_back(static_cast<std::int16_t>(owners[i] == '.' ? -1 : owners[i] - 'a'));
    }
    return row;
}

/// The remaining owners; token ids must ascend.
std::string kept(const TokenRow& row) {
    std::string text;
    for (std::size_t i = 0; i < row.ids.size(); ++i) {
        if (i > 0 && row.ids[i] <= row.ids[i - 1]) {
            return "out of order";
        }
        text += row.owner[i] < 0 ? '.' : static_cast<char>('a' + row.owner[i]);
    }
    return text;
}

} // namespace

class SentenceCutTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shortensValues_data();
    void shortensValues();
    void cutsTheEndByPolicy();
    void keepsTheTokensBeforeTheSentence();
    void keepsTheLimitAndTheBeginningsOfValues();
};

void SentenceCutTest::shortensValues_data() {
    QTest::addColumn<QString>("whole");
    QTest::addColumn<int>("limit");
    QTest::addColumn<QList<int>>("first");
    QTest::addColumn<QString>("left");
    const QList<int> none;
    QTest::newRow("fits") << ".aab." << 5 << none << ".aab.";
    QTest::newRow("the longest first") << ".aaaab." << 5 << none << ".aab.";
    QTest::newRow("down to the next longest, then both") << ".aaaa.bb." << 5 << none << ".a.b.";
    QTest::newRow("the later of equals") << ".aa.bb.cc." << 9 << none << ".aa.bb.c.";
    QTest::newRow("the named field to its last token")
        << ".aaaa.bb." << 7 << QList<int>{1} << ".aaaa..";
    QTest::newRow("the named fields in order") << ".aa.bb.cc." << 6 << QList<int>{2, 1} << ".aa...";
    QTest::newRow("then the longest of the others") << ".aaa.b." << 5 << QList<int>{1} << ".aa..";
    QTest::newRow("a field named twice in the template")
        << ".aa.aa." << 5 << QList<int>{0} << ".aa..";
    QTest::newRow("the end if the template is too long") << ".....a." << 4 << none << "....";
    QTest::newRow("two tokens") << ".aaaa." << 2 << none << "..";
}

void SentenceCutTest::shortensValues() {
    QFETCH(QString, whole);
    QFETCH(int, limit);
    QFETCH(QList<int>, first);
    QFETCH(QString, left);
    TokenRow row = sentence(whole.toStdString());
    const std::int32_t last = row.ids.back();
    CutPolicy policy;
    policy.first.assign(first.begin(), first.end());
    cutSentence(policy, 0, static_cast<std::size_t>(limit), row);
    QCOMPARE(kept(row), left.toStdString());
    QCOMPARE(row.ids.back(), last);
}

void SentenceCutTest::cutsTheEndByPolicy() {
    TokenRow row = sentence(".aaaa.bb.");
    cutSentence({.kind = TextCut::End}, 0, 4, row);
    QCOMPARE(kept(row), std::string(".aa."));
    QCOMPARE(row.ids.back(), 8);
}

void SentenceCutTest::keepsTheTokensBeforeTheSentence() {
    TokenRow row = sentence(".aaaa..bbbb.");
    cutSentence({}, 6, 4, row);
    QCOMPARE(kept(row), std::string(".aaaa..bb."));
}

void SentenceCutTest::keepsTheLimitAndTheBeginningsOfValues() {
    RandomStream random(/*seed=*/5, "sentences");
    for (int round = 0; round < 2000; ++round) {
        std::string owners = ".";
        for (std::uint64_t part = random.below(8); part > 0; --part) {
            const char owner = static_cast<char>('a' + random.below(4));
            owners += std::string(random.below(3), '.') + std::string(random.below(7), owner);
        }
        owners += ".";
        const auto limit = 2 + random.below(12);
        CutPolicy policy;
        for (const std::int64_t field :
             random.sample(4, static_cast<std::int64_t>(random.below(4)))) {
            policy.first.push_back(static_cast<int>(field));
        }
        const TokenRow whole = sentence(owners);
        TokenRow row = whole;
        cutSentence(policy, 0, limit, row);
        QCOMPARE(row.ids.size(), std::min<std::size_t>(limit, owners.size()));
        QCOMPARE(row.ids.back(), whole.ids.back());
        QVERIFY(kept(row) != "out of order");
        for (std::size_t i = 1; i + 1 < row.ids.size(); ++i) {
            // A token of a value is kept only with all earlier tokens of the value.
            const auto at = static_cast<std::size_t>(row.ids[i]);
            if (row.owner[i] >= 0 && whole.owner[at - 1] == row.owner[i]) {
                QCOMPARE(row.ids[i - 1], row.ids[i] - 1);
            }
        }
    }
}

QTEST_GUILESS_MAIN(SentenceCutTest)
#include "sentence_cut_test.moc"
