#include "core/data/import/time_column.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>

using namespace flip;

class TimeColumnTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void keepsWholeTimesAsTheyAre();
    void givesAllAsManyDecimalsAsTheFinestHas();
    void leavesOneFile_data();
    void leavesOneFile();
    void refusesWhatNoWholeNumbersHold();

private:
    std::filesystem::path folder() const { return folder_->path().toStdString(); }
    TimeColumn opened() const { return std::move(*TimeColumn::open(folder())); }

    std::vector<std::int64_t> numbersOf(const ColumnFile& file) const {
        const auto text = readFile(folder() / file.fileName());
        std::vector<std::int64_t> numbers(text->size() / sizeof(std::int64_t));
        std::memcpy(numbers.data(), text->data(), text->size());
        return numbers;
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void TimeColumnTest::keepsWholeTimesAsTheyAre() {
    TimeColumn column = opened();
    QVERIFY(column.add(std::vector<RowTime>{{30, 0}, {-10, 0}}).ok());
    QVERIFY(column.add(std::vector<RowTime>{{20, 0}}).ok());
    const auto finished = column.finish();
    QVERIFY(finished.ok());
    QCOMPARE(finished->decimals, 0);
    QCOMPARE(numbersOf(finished->file), (std::vector<std::int64_t>{30, -10, 20}));
}

void TimeColumnTest::givesAllAsManyDecimalsAsTheFinestHas() {
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
    QTest::addColumn<bool>("zeros"); // written again they are the same file
    QTest::newRow("zeros") << true;
    QTest::newRow("others") << false;
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

void TimeColumnTest::refusesWhatNoWholeNumbersHold() {
    constexpr std::int64_t kNanoseconds = 1'500'000'000'000'000'000;
    TimeColumn together = opened();
    QVERIFY(!together.add(std::vector<RowTime>{{kNanoseconds, 0}, {15, 1}}).ok());
    TimeColumn later = opened();
    QVERIFY(later.add(std::vector<RowTime>{{kNanoseconds, 0}}).ok());
    QVERIFY(later.add(std::vector<RowTime>{{15, 1}}).ok());
    const auto finished = later.finish();
    QVERIFY(!finished.ok());
    QVERIFY(finished.problem().text().find("one unit") != std::string::npos);
}

QTEST_APPLESS_MAIN(TimeColumnTest)
#include "time_column_test.moc"
