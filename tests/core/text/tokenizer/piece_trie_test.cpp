#include "core/text/tokenizer/piece_trie.h"

#include "core/base/random_stream.h"

#include <QtTest>

using namespace flip;

class PieceTrieTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsEveryPiece();
    void findsAllPrefixesTheShortestFirst();
    void canBeEmpty();
};

namespace {

std::vector<std::string> randomPieces(RandomStream& random, std::size_t count) {
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < count; ++i) {
        std::string piece;
        for (std::uint64_t length = random.below(6); length > 0; --length) {
            piece += "ab\xC3\xA9"[random.below(4)];
        }
        pieces.push_back(piece);
    }
    return pieces;
}

} // namespace

void PieceTrieTest::findsEveryPiece() {
    RandomStream random(1, "pieces");
    const std::vector<std::string> pieces = randomPieces(random, 200);
    const PieceTrie trie(pieces);
    for (const std::string& piece : pieces) {
        const std::int32_t id = trie.find(piece);
        const auto last = std::find(pieces.rbegin(), pieces.rend(), piece);
        QCOMPARE(id, piece.empty() ? -1 : static_cast<std::int32_t>(pieces.rend() - last) - 1);
    }
    QCOMPARE(trie.find("abx"), -1);
}

void PieceTrieTest::findsAllPrefixesTheShortestFirst() {
    RandomStream random(1, "prefixes");
    const std::vector<std::string> pieces = randomPieces(random, 60);
    const PieceTrie trie(pieces);
    for (int i = 0; i < 500; ++i) {
        const std::string text = randomPieces(random, 1).front() + randomPieces(random, 1).front();
        std::vector<std::size_t> expected;
        for (std::size_t length = 1; length <= text.size(); ++length) {
            if (trie.find(text.substr(0, length)) >= 0) {
                expected.push_back(length);
            }
        }
        std::vector<std::size_t> found;
        trie.forEachPrefix(text, [&](std::size_t length, std::int32_t id) {
            QCOMPARE(pieces[static_cast<std::size_t>(id)], text.substr(0, length));
            found.push_back(length);
        });
        QCOMPARE(found, expected);
    }
}

void PieceTrieTest::canBeEmpty() {
    const PieceTrie trie({});
    QCOMPARE(trie.find("a"), -1);
    QCOMPARE(trie.find(""), -1);
}

QTEST_GUILESS_MAIN(PieceTrieTest)
#include "piece_trie_test.moc"
