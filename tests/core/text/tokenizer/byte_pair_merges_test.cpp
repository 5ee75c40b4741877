#include "core/text/tokenizer/byte_pair_merges.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"

#include <QtTest>

#include <limits>
#include <map>
#include <string>
#include <utility>

using namespace flip;

namespace {

using Merge = BytePairMerges::Merge;
using Symbol = BytePairMerges::Symbol;

/// Merges by the definition: searches the whole word for the best pair repeatedly.
std::vector<Symbol> merged(const std::vector<Merge>& merges, std::vector<Symbol> word) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::size_t> ranks;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        ranks[{merges[rank].left, merges[rank].right}] = rank;
    }
    for (;;) {
        std::size_t best = std::numeric_limits<std::size_t>::max();
        std::size_t place = 0;
        for (std::size_t at = 0; at + 1 < word.size(); ++at) {
            const auto found = ranks.find({word[at].id, word[at + 1].id});
            if (found != ranks.end() && found->second < best) {
                best = found->second;
                place = at;
            }
        }
        if (best == std::numeric_limits<std::size_t>::max()) {
            return word;
        }
        word[place] = {merges[best].merged, word[place].length + word[place + 1].length};
        word.erase(word.begin() + static_cast<std::ptrdiff_t>(place) + 1);
    }
}

/// Merges over the letters 0 to 3, each of two existing pieces.
std::vector<Merge> randomMerges(RandomStream& random) {
    std::vector<std::string> pieces = {"a", "b", "c", "d"};
    std::vector<Merge> merges;
    for (int i = 0; i < 60; ++i) {
        const auto left = static_cast<std::int32_t>(random.below(pieces.size()));
        const auto right = static_cast<std::int32_t>(random.below(pieces.size()));
        const std::string both =
            pieces[static_cast<std::size_t>(left)] + pieces[static_cast<std::size_t>(right)];
        const auto known = std::find(pieces.begin(), pieces.end(), both);
        merges.push_back({left, right, static_cast<std::int32_t>(known - pieces.begin())});
        if (known == pieces.end()) {
            pieces.push_back(both);
        }
    }
    return merges;
}

std::vector<Symbol> randomWord(RandomStream& random, std::uint64_t length) {
    std::vector<Symbol> word;
    for (; length > 0; --length) {
        word.push_back({static_cast<std::int32_t>(random.below(4)), 1});
    }
    return word;
}

std::vector<std::pair<std::int32_t, std::int32_t>> pairsOf(const std::vector<Symbol>& word) {
    std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
    for (const Symbol& symbol : word) {
        pairs.emplace_back(symbol.id, symbol.length);
    }
    return pairs;
}

} // namespace

class BytePairMergesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mergesByTheDefinition_data();
    void mergesByTheDefinition();
    void takesTheLeftmostOfEquals();
    void usesTheLaterOfTwoMerges();
    void mergesAMillionPiecesQuickly();
};

void BytePairMergesTest::mergesByTheDefinition_data() {
    QTest::addColumn<int>("most");
    QTest::newRow("short words") << 48;
    QTest::newRow("long words") << 300;
}

void BytePairMergesTest::mergesByTheDefinition() {
    QFETCH(int, most);
    RandomStream random(1, "merges");
    for (int i = 0; i < test::rounds(300); ++i) {
        const std::vector<Merge> list = randomMerges(random);
        const BytePairMerges merges(list);
        for (int j = 0; j < 10; ++j) {
            std::vector<Symbol> word =
                randomWord(random, random.below(static_cast<std::uint64_t>(most) + 1));
            const auto expected = pairsOf(merged(list, word));
            merges.apply(word);
            QVERIFY(pairsOf(word) == expected);
        }
    }
}

void BytePairMergesTest::takesTheLeftmostOfEquals() {
    const BytePairMerges merges(std::vector<Merge>{{0, 0, 1}});
    std::vector<Symbol> word = {{0, 1}, {0, 1}, {0, 1}};
    merges.apply(word);
    QVERIFY((pairsOf(word) == std::vector<std::pair<std::int32_t, std::int32_t>>{{1, 2}, {0, 1}}));
}

void BytePairMergesTest::usesTheLaterOfTwoMerges() {
    // Pair 0 1 is listed before and after 1 2; the later merge counts, so 1 2 is merged first.
    const BytePairMerges merges(std::vector<Merge>{{0, 1, 3}, {1, 2, 4}, {0, 1, 3}});
    std::vector<Symbol> word = {{0, 1}, {1, 1}, {2, 1}};
    merges.apply(word);
    QVERIFY((pairsOf(word) == std::vector<std::pair<std::int32_t, std::int32_t>>{{0, 1}, {4, 2}}));
}

void BytePairMergesTest::mergesAMillionPiecesQuickly() {
    RandomStream random(1, "long");
    const BytePairMerges merges(randomMerges(random));
    std::vector<Symbol> word = randomWord(random, 1 << 20);
    QElapsedTimer timer;
    timer.start();
    merges.apply(word);
    // Half a second when optimised; quadratic time would be hours.
    QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
    std::int64_t length = 0;
    for (const Symbol& symbol : word) {
        length += symbol.length;
    }
    QCOMPARE(length, std::int64_t{1} << 20);
}

QTEST_GUILESS_MAIN(BytePairMergesTest)
#include "byte_pair_merges_test.moc"
