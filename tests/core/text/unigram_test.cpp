#include "core/text/unigram.h"

#include "core/base/random_stream.h"
#include "core/text/unicode.h"
#include "tests/core/text/text_files.h"
#include "tests/core/rounds.h"

#include <thread>

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

const std::vector<std::string> kModels = {
    "unigram",         "unigram_blanks_joined", "unigram_first_blank", "unigram_one_word",
    "unigram_lowered", "unigram_added_tokens",  "unigram_bytes",       "unigram_trimmed"};

/// Texts that meet a tokenizer's every rule: blanks, special texts, characters that are replaced,
/// marks, scripts.
std::string randomText(RandomStream& random) {
    static const std::vector<std::string> kParts = {
        "",       " ",      " ",      "  ",   "\t",     "\n",     "a",      "The", "film", " film",
        "is ",    ". ",     ".",      "-",    "'",      "''",     "``",     "`",   "7",    "1995",
        "<",      ">",      "<s>",    "</s>", "<ma",    "sk>",    "<mask>", "<x>", "TOK",  "NORM",
        "word",   "wor",    "d",      "中文", "é",      "e",      "\u0301", "ﬁ",   "™",    "½",
        "\u00A0", "\u2003", "\u00AD", "▁",    "\u0600", "\u0323", "ｶ",      "ﾞ",   "🎬",    "\xC3"};
    std::string text;
    for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
        text += kParts[random.below(kParts.size())];
    }
    return text;
}

std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
    std::vector<std::int32_t> ids;
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

void addModels() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : kModels) {
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
}

} // namespace

class UnigramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheReference_data() { addModels(); }
    void equalsTheReference();
    void keepsOffsetsInsideTheText_data() { addModels(); }
    void keepsOffsetsInsideTheText();
    void hashTellsWhatDecidesTheIds();
    void takesAnyBytes();
    void splitsALongWordSoon();
    void cutsOnlyWhereBothSidesStayTheSame_data() { addModels(); }
    void cutsOnlyWhereBothSidesStayTheSame();
    void breaksAtTheUsualBorders_data();
    void breaksAtTheUsualBorders();
};

void UnigramTest::equalsTheReference() {
    QFETCH(QString, name);
    const auto folder = smallModel(name.toStdString());
    const auto tokenizer = openOrDie(folder);
    const auto cases = readCases(folder);
    QVERIFY(cases.size() >= 100);
    for (const Json& expected : cases) {
        Json ids = Json::array();
        Json tokens = Json::array();
        Json offsets = Json::array();
        for (const Token& token : tokenizer->sentence(expected["text"].get<std::string>())) {
            ids.push_back(token.id);
            tokens.push_back(std::string(tokenizer->piece(token.id)));
            offsets.push_back({token.begin, token.end});
        }
        const std::string where = expected["text"].dump(-1, ' ', true);
        QVERIFY2(ids == expected["ids"], where.c_str());
        QVERIFY2(tokens == expected["tokens"], where.c_str());
        QVERIFY2(offsets == expected["offsets"], where.c_str());
    }
}

void UnigramTest::keepsOffsetsInsideTheText() {
    QFETCH(QString, name);
    const auto tokenizer = openOrDie(smallModel(name.toStdString()));
    RandomStream random(1, "texts");
    for (int i = 0; i < test::rounds(3000); ++i) {
        const std::string text = randomText(random) + randomText(random);
        const auto length = static_cast<std::int32_t>(decodeUtf8(text).size());
        for (const Token& token : tokenizer->pieces(text)) {
            QVERIFY2(token.begin >= 0 && token.begin <= token.end && token.end <= length,
                     text.c_str());
            QVERIFY2(!tokenizer->piece(token.id).empty(), text.c_str());
        }
    }
}

void UnigramTest::hashTellsWhatDecidesTheIds() {
    std::vector<std::string> hashes;
    for (const std::string& name : kModels) {
        hashes.push_back(openOrDie(smallModel(name))->hash());
    }
    std::sort(hashes.begin(), hashes.end());
    QVERIFY(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
}

void UnigramTest::takesAnyBytes() {
    const auto tokenizer = openOrDie(smallModel("unigram"));
    RandomStream random(1, "bytes");
    for (int i = 0; i < test::rounds(3000); ++i) {
        std::string bytes;
        for (std::uint64_t length = random.below(24); length > 0; --length) {
            bytes += static_cast<char>(random.below(256));
        }
        std::string mended;
        for (const char32_t c : decodeUtf8(bytes)) {
            appendUtf8(c, mended);
        }
        QCOMPARE(tokenizer->pieces(bytes), tokenizer->pieces(mended));
    }
}

void UnigramTest::splitsALongWordSoon() {
    const auto tokenizer = openOrDie(smallModel("unigram"));
    const std::string word(1 << 20, 'a');
    QElapsedTimer timer;
    timer.start();
    const auto tokens = tokenizer->pieces(word);
    // A tenth of a second when optimised.
    QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(tokens.back().end, 1 << 20);
}

void UnigramTest::cutsOnlyWhereBothSidesStayTheSame() {
    QFETCH(QString, name);
    const auto tokenizer = openOrDie(smallModel(name.toStdString()));
    RandomStream random(1, "borders");
    int breaks = 0;
    for (int i = 0; i < test::rounds(40000); ++i) {
        const std::string before = randomText(random);
        const std::string left = randomText(random);
        const std::string right = randomText(random);
        const std::string behind = randomText(random);
        if (!tokenizer->breaksBetween(left, right)) {
            continue;
        }
        ++breaks;
        std::vector<std::int32_t> joined = idsOf(tokenizer->pieces(before + left));
        const std::vector<std::int32_t> rest = idsOf(tokenizer->pieces(right + behind));
        joined.insert(joined.end(), rest.begin(), rest.end());
        const std::string where = before + "|" + left + "|" + right + "|" + behind;
        QVERIFY2(joined == idsOf(tokenizer->pieces(before + left + right + behind)), where.c_str());
    }
    // Words that are not split, and tokens or white space that the normalizer moves, make no border
    // certain.
    const bool never =
        name.endsWith("one_word") || name.endsWith("joined") || name.endsWith("added_tokens");
    QVERIFY2(never ? breaks == 0 : breaks > test::rounds(200), qPrintable(QString::number(breaks)));
}

void UnigramTest::breaksAtTheUsualBorders_data() {
    QTest::addColumn<QByteArray>("left");
    QTest::addColumn<QByteArray>("right");
    QTest::addColumn<bool>("breaks");
    const auto row = [](const char* name, const char* left, const char* right, bool breaks) {
        QTest::newRow(name) << QByteArray(left) << QByteArray(right) << breaks;
    };
    row("the value's own blank", "title is", " Élan", true);
    row("a blank before a value", "title is ", "Élan", false);
    row("a full stop before a blank", "Élan.", " x", true);
    row("two words", "film", "ing", false);
    row("two blanks", "is", "  x", false);
    row("a mark behind the blank", "is", " \u0301x", false);
    row("the mask's own blank", "is", " <mask>", true);
    row("a mask arises", "<mas", "k>", false);
    row("what is replaced by a blank", "is", " \u00A0x", false);
    row("half a character", "is", " \xC3", false);
    row("nothing", "is", "", false);
}

void UnigramTest::breaksAtTheUsualBorders() {
    QFETCH(QByteArray, left);
    QFETCH(QByteArray, right);
    QFETCH(bool, breaks);
    const auto tokenizer = openOrDie(smallModel("unigram"));
    QCOMPARE(tokenizer->breaksBetween(left.toStdString(), right.toStdString()), breaks);
}

QTEST_GUILESS_MAIN(UnigramTest)
#include "unigram_test.moc"
