#include "core/data/records/line_ends.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"
#include "tests/fuzz/line_ends_reference.h"
#include "tests/fuzz/memory_bytes.h"

#include <QtTest>

#include <limits>

using namespace flip;

namespace {

/// All bytes, read `step` at a time.
std::string read(const std::string& text, const std::string& quote, std::size_t step,
                 std::size_t blockBytes = PlainLineEnds::kBlockBytes) {
    constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();
    PlainLineEnds lines(std::make_unique<fuzz::MemoryBytes>(text, kWhole), quote, blockBytes);
    return fuzz::allBytes(lines, step);
}

} // namespace

class LineEndsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void convertsLoneCarriageReturns_data();
    void convertsLoneCarriageReturns();
    void leavesAFileWithLineFeedsAsItIs_data();
    void leavesAFileWithLineFeedsAsItIs();
    void decidesByTheFirstBlock();
    void stopsAtTheFirstLineFeed_data();
    void stopsAtTheFirstLineFeed();
    void doesNotDependOnReadSizes();
};

void LineEndsTest::convertsLoneCarriageReturns_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("plain");
    QTest::newRow("lines") << QByteArray("a,b\r1,2\r") << QByteArray("a,b\n1,2\n");
    QTest::newRow("no end after the last line") << QByteArray("a,b\r1,2") << QByteArray("a,b\n1,2");
    QTest::newRow("one line") << QByteArray("a,b\r") << QByteArray("a,b\n");
    QTest::newRow("empty lines") << QByteArray("a\r\r1\r\r") << QByteArray("a\n\n1\n\n");
    QTest::newRow("in quotes too")
        << QByteArray("\"a\rb\",c\r1,2\r") << QByteArray("\"a\nb\",c\n1,2\n");
    QTest::newRow("empty") << QByteArray("") << QByteArray("");
    QTest::newRow("no line end") << QByteArray("a,b") << QByteArray("a,b");
}

void LineEndsTest::convertsLoneCarriageReturns() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, plain);
    for (const std::size_t step : {1, 2, 3, 1000}) {
        QCOMPARE(QByteArray::fromStdString(read(text.toStdString(), "\"", step)), plain);
    }
}

void LineEndsTest::leavesAFileWithLineFeedsAsItIs_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("line feeds") << QByteArray("a,b\n1,2\n");
    QTest::newRow("CRLF") << QByteArray("a,b\r\n1,2\r\n");
    QTest::newRow("a carriage return in quotes") << QByteArray("a,b\n\"1\r2\",3\n");
    QTest::newRow("in quotes of the first line") << QByteArray("\"a\rb\",c\n1,2\n");
    QTest::newRow("only in quotes") << QByteArray("\"a\rb\",c");
    QTest::newRow("outside of quotes") << QByteArray("a\rb,c\n1,2\n");
    QTest::newRow("a line feed at the very end") << QByteArray("a\rb\rc\n");
}

void LineEndsTest::leavesAFileWithLineFeedsAsItIs() {
    QFETCH(QByteArray, text);
    for (const std::size_t step : {1, 2, 3, 1000}) {
        QCOMPARE(QByteArray::fromStdString(read(text.toStdString(), "\"", step)), text);
    }
}

void LineEndsTest::decidesByTheFirstBlock() {
    const std::string quoted = "\"" + std::string(100, 'x') + "\r\",a\n1,\"2\r3\"\n";
    QCOMPARE(read(quoted, "\"", 1000, 64), quoted); // the first block has no line end at all
    const std::string field = "\"1\r" + std::string(100, 'x') + "\",a\n1,\"2\r3\"\n";
    QCOMPARE(read(field, "\"", 1000, 64), field); // ... and here one in quotes
    const std::string lines = "a\r" + std::string(100, 'x') + "\r2\r";
    QCOMPARE(read(lines, "\"", 1000, 64), "a\n" + std::string(100, 'x') + "\n2\n");
    const std::string split = std::string(63, 'x') + "\r\n1\r2\r\n"; // between the two blocks
    QCOMPARE(read(split, "\"", 1000, 64), split);
}

void LineEndsTest::stopsAtTheFirstLineFeed_data() {
    QTest::addColumn<QByteArray>("rest"); // after the first block
    QTest::addColumn<QByteArray>("plain");
    QTest::newRow("line feed") << QByteArray("1\r2\n3\r4\n") << QByteArray("1\n2\n3\r4\n");
    QTest::newRow("CRLF") << QByteArray("1\r2\r\n3\r4\r\n") << QByteArray("1\n2\r\n3\r4\r\n");
    QTest::newRow("CRLF at once") << QByteArray("\r\n3\r4\r\n") << QByteArray("\r\n3\r4\r\n");
    QTest::newRow("several before it") << QByteArray("1\r\r\r\n3\r") << QByteArray("1\n\n\r\n3\r");
    QTest::newRow("in quotes after it") << QByteArray("\n\"a\rb\"\n") << QByteArray("\n\"a\rb\"\n");
}

void LineEndsTest::stopsAtTheFirstLineFeed() {
    QFETCH(QByteArray, rest);
    QFETCH(QByteArray, plain);
    const QByteArray head = "a,b\r" + QByteArray(12, 'x');
    const QByteArray plainHead = "a,b\n" + QByteArray(12, 'x');
    for (const std::size_t step : {1, 2, 3, 1000}) {
        for (const std::size_t block : {14, 15, 16}) { // ends within the head or after it
            QCOMPARE(
                QByteArray::fromStdString(read((head + rest).toStdString(), "\"", step, block)),
                plainHead + plain);
        }
    }
}

/// The reference applies the rule to the whole text.
void LineEndsTest::doesNotDependOnReadSizes() {
    RandomStream random(1, "line ends");
    constexpr std::string_view kCharacters = "ab\r\r\n\"";
    for (int round = 0; round < test::rounds(5000); ++round) {
        std::string text(random.below(40), ' ');
        const std::size_t kinds = random.below(2) == 0 ? kCharacters.size() : 4;
        for (char& c : text) {
            c = kCharacters[random.below(kinds)];
        }
        const std::size_t block = 2 + random.below(20);
        const std::string expected = fuzz::plainLineEnds(text, '"', block);
        for (const std::size_t step : {std::size_t{1}, 1 + random.below(10), std::size_t{1000}}) {
            QCOMPARE(read(text, "\"", step, block), expected);
        }
    }
}

QTEST_APPLESS_MAIN(LineEndsTest)
#include "line_ends_test.moc"
