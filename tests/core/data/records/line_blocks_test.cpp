#include "core/data/records/line_blocks.h"

#include "tests/fuzz/memory_bytes.h"

#include <QtTest>

using namespace flip;

namespace {

struct Cut {
    std::vector<std::string> batches;
    std::vector<std::int64_t> firstLines;
    std::vector<std::int64_t> leftOut; // lines
    bool lastIsMarked = false;
};

Cut cut(std::string_view text, std::size_t wanted, std::size_t step = 1000,
        std::size_t mostLineBytes = LineBlocks::kMostLineBytes) {
    LineBlocks blocks(std::make_unique<fuzz::MemoryBytes>(text, step), mostLineBytes);
    Cut result;
    RecordBatch batch;
    for (;;) {
        batch.clear();
        const auto found = blocks.read(batch, wanted);
        if (!found || !*found) {
            return result;
        }
        result.lastIsMarked = batch.last;
        if (!batch.defects.empty()) {
            result.leftOut.push_back(batch.firstLine);
            continue;
        }
        result.batches.push_back(batch.text);
        result.firstLines.push_back(batch.firstLine);
    }
}

} // namespace

class LineBlocksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsAtLineEndsOnly();
    void readsOneLineIfNoBytesAreWanted();
    void readsALastLineWithoutLineEnd();
    void skipsAByteOrderMarkAtTheBeginningOnly();
    void leavesOutALineThatIsTooLong_data();
    void leavesOutALineThatIsTooLong();
};

void LineBlocksTest::splitsAtLineEndsOnly() {
    const std::string text = "aaa\nbb\n\ncccccccc\nd\n";
    for (std::size_t wanted = 1; wanted < 30; ++wanted) {
        for (const std::size_t step : {1, 2, 7, 1000}) {
            const Cut found = cut(text, wanted, step);
            std::string joined;
            std::int64_t line = 1;
            for (std::size_t i = 0; i < found.batches.size(); ++i) {
                QVERIFY(found.batches[i].ends_with('\n'));
                QCOMPARE(found.firstLines[i], line);
                line += std::count(found.batches[i].begin(), found.batches[i].end(), '\n');
                joined += found.batches[i];
            }
            QCOMPARE(joined, text);
        }
    }
}

void LineBlocksTest::readsOneLineIfNoBytesAreWanted() {
    QCOMPARE(cut("a\nbb\n\nc", 0).batches, (std::vector<std::string>{"a\n", "bb\n", "\n", "c"}));
}

void LineBlocksTest::readsALastLineWithoutLineEnd() {
    const Cut found = cut("a\nb", 100);
    QCOMPARE(found.batches, std::vector<std::string>{"a\nb"});
    QVERIFY(found.lastIsMarked);
}

void LineBlocksTest::skipsAByteOrderMarkAtTheBeginningOnly() {
    QCOMPARE(cut("\xEF\xBB\xBF"
                 "a\n\xEF\xBB\xBF"
                 "b\n",
                 100, 1)
                 .batches,
             std::vector<std::string>{"a\n\xEF\xBB\xBF"
                                      "b\n"});
    QCOMPARE(cut("\xEF\xBB\xBF", 100).batches, std::vector<std::string>{});
    QCOMPARE(cut("\xEF\xBB", 100).batches, std::vector<std::string>{"\xEF\xBB"});
}

void LineBlocksTest::leavesOutALineThatIsTooLong_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("kept");
    QTest::addColumn<QList<qint64>>("leftOut");
    const QByteArray longLine(5000, 'x');
    QTest::newRow("between others") << "a\n" + longLine + "\nb\n"
                                    << QStringList{"a\n", "b\n"} << QList<qint64>{2};
    QTest::newRow("the first") << longLine + "\nb" << QStringList{"b"} << QList<qint64>{1};
    QTest::newRow("the last, without line end")
        << "a\n" + longLine << QStringList{"a\n"} << QList<qint64>{2};
    QTest::newRow("two in a row") << longLine + "\n" + longLine + "\nb\n"
                                  << QStringList{"b\n"} << QList<qint64>{1, 2};
}

void LineBlocksTest::leavesOutALineThatIsTooLong() {
    QFETCH(QByteArray, text);
    QFETCH(QStringList, kept);
    QFETCH(QList<qint64>, leftOut);
    for (const std::size_t step : {10, 1000}) {
        const Cut found = cut({text.data(), static_cast<std::size_t>(text.size())}, 1, step, 1024);
        QStringList batches;
        for (const std::string& batch : found.batches) {
            batches << QString::fromStdString(batch);
        }
        QCOMPARE(batches.join(QString()), kept.join(QString()));
        QCOMPARE(QList<qint64>(found.leftOut.begin(), found.leftOut.end()), leftOut);
    }
}

QTEST_GUILESS_MAIN(LineBlocksTest)
#include "line_blocks_test.moc"
