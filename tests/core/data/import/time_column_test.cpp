#include "core/data/import/time_column.h"

#include "core/base/files.h"
#include "core/base/random_stream.h"
#include "tests/core/rounds.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace flip;

namespace {

std::string printed(const RowTime& time) {
    QString text = QString::number(time.digits < 0 ? -time.digits : time.digits);
    text = text.rightJustified(time.decimals + 1, '0');
    text = (time.digits < 0 ? "-" : "") + text.insert(text.size() - time.decimals, '.');
    return text.toStdString();
}

} // namespace

class TimeColumnTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void keepsWholeTimesUnchanged();
    void storesAllTimesWithTheDecimalsOfTheFinest();
    void leavesOneFile_data();
    void leavesOneFile();
    void storesTheMostDecimalsThatFitForAllTimes_data();
    void storesTheMostDecimalsThatFitForAllTimes();
    void countsTimesThatWereCutBefore();
    void doesNotDependOnTheBatches();

private:
    std::filesystem::path folder() const { return folder_->path().toStdString(); }
    TimeColumn opened() const { return std::move(*TimeColumn::open(folder())); }

    std::vector<std::int64_t> numbersOf(const ColumnFile& file) const {
        const auto text = readFile(folder() / file.fileName());
        std::vector<std::int64_t> numbers(text->size() / sizeof(std::int64_t));
        if (!numbers.empty())
            std::memcpy(numbers.data(), text->data(), text->size());
        return numbers;
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void TimeColumnTest::keepsWholeTimesUnchanged() {
    TimeColumn column = opened();
    QVERIFY(column.add(std::vector<RowTime>{{30, 0}, {-10, 0}}).ok());
    QVERIFY(column.add(std::vector<RowTime>{{20, 0}}).ok());
    const auto finished = column.finish();
    QVERIFY(finished.ok());
    QCOMPARE(finished->decimals, 0);
    QCOMPARE(numbersOf(finished->file), (std::vector<std::int64_t>{30, -10, 20}));
}

void TimeColumnTest::storesAllTimesWithTheDecimalsOfTheFinest() {
    TimeColumn column = opened();
    QVERIFY(column.add(std::vector<RowTime>{{3, 0}}).ok());
    QVERIFY(column.add(std::vector<RowTime>{{4, 0}, {55, 1}}).ok()); // 5.5
    QVERIFY(column.add(std::vector<RowTime>{{6, 0}}).ok());
    QVERIFY(column.add(std::vector<RowTime>{{-7125, 3}, {81, 1}}).ok()); // -7.125, 8.1
    const auto finished = column.finish();
    QVERIFY(finished.ok());
    QCOMPARE(finished->decimals, 3);
    QCOMPARE(numbersOf(finished->file),
             (std::vector<std::int64_t>{3000, 4000, 5500, 6000, -7125, 8100}));
}

void TimeColumnTest::leavesOneFile_data() {
    QTest::addColumn<bool>("zeros"); // rescaling gives the same file
    QTest::newRow("zeros") << true;
    QTest::newRow("other times") << false;
}

void TimeColumnTest::leavesOneFile() {
    QFETCH(bool, zeros);
    TimeColumn column = opened();
    QVERIFY(column.add(std::vector<RowTime>{{zeros ? 0 : 1, 0}}).ok());
    QVERIFY(column.add(std::vector<RowTime>{{zeros ? 0 : 5, 1}}).ok());
    const auto finished = column.finish();
    QVERIFY(finished.ok());
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        QCOMPARE(entry.path().filename().string(), finished->file.fileName());
        ++files;
    }
    QCOMPARE(files, 1);
}

void TimeColumnTest::storesTheMostDecimalsThatFitForAllTimes_data() {
    QTest::addColumn<QStringList>("times");
    QTest::addColumn<int>("decimals");
    QTest::addColumn<QList<qint64>>("digits");
    QTest::addColumn<int>("cut");
    QTest::newRow("a sum of doubles beside a hundred")
        << QStringList{"0.30000000000000004", "100"} << 16
        << QList<qint64>{3000000000000000, 1000000000000000000} << 1;
    QTest::newRow("the larger one first")
        << QStringList{"100", "0.30000000000000004"} << 16
        << QList<qint64>{1000000000000000000, 3000000000000000} << 1;
    QTest::newRow("below zero") << QStringList{"100", "-0.30000000000000004"} << 16
                                << QList<qint64>{1000000000000000000, -3000000000000001} << 1;
    QTest::newRow("seconds since 1970")
        << QStringList{"1500000000", "1500000000.25", "0.12345678901"} << 9
        << QList<qint64>{1500000000000000000, 1500000000250000000, 123456789} << 1;
    QTest::newRow("nanoseconds beside a half")
        << QStringList{"1500000000000000000", "1.5", "-1.5", "2"} << 0
        << QList<qint64>{1500000000000000000, 1, -2, 2} << 2;
    QTest::newRow("the largest number") << QStringList{"9223372036854775807", "0.5"} << 0
                                        << QList<qint64>{9223372036854775807, 0} << 1;
    QTest::newRow("the least number") << QStringList{"0.5", "-9223372036854775807"} << 0
                                      << QList<qint64>{0, -9223372036854775807} << 1;
    QTest::newRow("finer and larger alternately")
        << QStringList{"1", "0.1234", "1000000000000000", "0.12345", "10000000000000000"} << 2
        << QList<qint64>{100, 12, 100000000000000000, 12, 1000000000000000000} << 2;
}

void TimeColumnTest::storesTheMostDecimalsThatFitForAllTimes() {
    QFETCH(QStringList, times);
    QFETCH(int, decimals);
    QFETCH(QList<qint64>, digits);
    QFETCH(int, cut);
    for (const bool oneByOne : {true, false}) {
        init();
        TimeColumn column = opened();
        std::vector<RowTime> batch;
        for (const QString& text : times) {
            batch.push_back(*parseRowTime(text.toStdString()));
            if (oneByOne) {
                QVERIFY(column.add(batch).ok());
                batch.clear();
            }
        }
        QVERIFY(column.add(batch).ok());
        const auto finished = column.finish();
        QVERIFY(finished.ok());
        QCOMPARE(finished->decimals, decimals);
        const auto numbers = numbersOf(finished->file);
        QCOMPARE((QList<qint64>(numbers.begin(), numbers.end())), digits);
        QCOMPARE(finished->cutTimes, std::int64_t{cut});
    }
}

void TimeColumnTest::countsTimesThatWereCutBefore() {
    TimeColumn column = opened();
    QVERIFY(column.add(std::vector<RowTime>{*parseRowTime("1500000000.12345678912345")}).ok());
    QVERIFY(column.add(std::vector<RowTime>{*parseRowTime("1500000000.5")}).ok());
    const auto finished = column.finish();
    QVERIFY(finished.ok());
    QCOMPARE(finished->decimals, 9);
    QCOMPARE(finished->cutTimes, std::int64_t{1});
}

/// Expects each time cut on its own, with the decimals that the whole list allows.
void TimeColumnTest::doesNotDependOnTheBatches() {
    RandomStream random(1, "times");
    for (int round = 0; round < test::rounds(200); ++round) {
        init();
        TimeColumn column = opened();
        std::vector<RowTime> all;
        for (std::uint64_t batches = random.below(6); batches > 0; --batches) {
            std::vector<RowTime> batch(random.below(4));
            for (RowTime& time : batch) {
                const auto digits = static_cast<std::int64_t>(
                    random.below(std::uint64_t{1} << (1 + random.below(62))));
                time.digits = random.below(2) == 0 ? -digits : digits;
                time.decimals = static_cast<int>(random.below(19));
                time = *parseRowTime(printed(time));
            }
            all.insert(all.end(), batch.begin(), batch.end());
            QVERIFY(column.add(batch).ok());
        }
        int decimals = 0;
        for (const RowTime& time : all) {
            decimals = std::max(decimals, time.decimals);
        }
        for (const RowTime& time : all) {
            while (!time.withDecimals(decimals)) {
                --decimals;
            }
        }
        std::vector<std::int64_t> digits;
        std::int64_t cut = 0;
        for (const RowTime& time : all) {
            digits.push_back(*time.withDecimals(decimals));
            cut += time.decimals > decimals ? 1 : 0;
        }
        const auto finished = column.finish();
        QVERIFY(finished.ok());
        QCOMPARE(finished->decimals, decimals);
        QCOMPARE(numbersOf(finished->file), digits);
        QCOMPARE(finished->cutTimes, cut);
    }
}

QTEST_APPLESS_MAIN(TimeColumnTest)
#include "time_column_test.moc"
