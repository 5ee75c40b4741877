#include "core/data/import/row_split.h"

#include "core/base/random_stream.h"
#include "tests/core/data/data_files.h"
#include "tests/core/rounds.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

using namespace flip;

namespace {

std::array<std::int64_t, 3> sizes(const std::vector<Split>& splits) {
    std::array<std::int64_t, 3> counts{};
    for (const Split split : splits) {
        ++counts.at(static_cast<std::size_t>(split));
    }
    return counts;
}

std::string letters(const std::vector<Split>& splits) {
    std::string text;
    for (const Split split : splits) {
        text += splitName(split)[1]; // r, a, e
    }
    return text;
}

} // namespace

class RowSplitTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsEightToOneToOne_data();
    void splitsEightToOneToOne();
    void drawsTheSameRowsForTheSameSeedOnly();
    void putsTheOldestRowsIntoTraining();
    void splitsByTimeLikeASortedList();
    void followsTheSplitFile();
    void splitsByTheFilesOfTheRows();
    void refusesAnInvalidSplitFile_data();
    void refusesAnInvalidSplitFile();
    void refusesInvalidShares_data();
    void refusesInvalidShares();

private:
    QTemporaryDir folder_;
};

void RowSplitTest::splitsEightToOneToOne_data() {
    QTest::addColumn<qint64>("rows");
    QTest::addColumn<qint64>("train");
    QTest::addColumn<qint64>("valid");
    QTest::addColumn<qint64>("test");
    QTest::newRow("one") << qint64{1} << qint64{1} << qint64{0} << qint64{0};
    QTest::newRow("two") << qint64{2} << qint64{1} << qint64{0} << qint64{1};
    QTest::newRow("ten") << qint64{10} << qint64{8} << qint64{1} << qint64{1};
    QTest::newRow("not a multiple") << qint64{19} << qint64{15} << qint64{2} << qint64{2};
    QTest::newRow("MovieLens") << qint64{72855} << qint64{58284} << qint64{7285} << qint64{7286};
}

void RowSplitTest::splitsEightToOneToOne() {
    QFETCH(qint64, rows);
    QFETCH(qint64, train);
    QFETCH(qint64, valid);
    QFETCH(qint64, test);
    const std::vector<std::int64_t> times(static_cast<std::size_t>(rows), 5);
    for (const auto rule : {SplitPlan::Rule::Random, SplitPlan::Rule::Time}) {
        SplitPlan plan;
        plan.rule = rule;
        const auto splits = splitRows(plan, rows, times);
        FLIP_VERIFY_OK(splits);
        QCOMPARE(sizes(*splits), (std::array<std::int64_t, 3>{train, valid, test}));
    }
}

void RowSplitTest::drawsTheSameRowsForTheSameSeedOnly() {
    SplitPlan plan;
    const auto first = splitRows(plan, 1000, {});
    const auto again = splitRows(plan, 1000, {});
    plan.seed = 2;
    const auto other = splitRows(plan, 1000, {});
    QVERIFY(*first == *again);
    QVERIFY(*first != *other);
    // A shuffle, not a cut: of the first half about 80 % train; 0.8 * 500 = 400, sd about 6.
    const auto half = std::count(first->begin(), first->begin() + 500, Split::Train);
    QVERIFY(half > 360 && half < 440);
}

void RowSplitTest::putsTheOldestRowsIntoTraining() {
    SplitPlan plan;
    plan.rule = SplitPlan::Rule::Time;
    plan.train = 0.5;
    plan.valid = 0.25;
    const std::vector<std::int64_t> times = {
        7, 5, std::numeric_limits<std::int64_t>::min(), 5, 9, -1, 5, 7};
    const auto splits = splitRows(plan, 8, times);
    FLIP_VERIFY_OK(splits);
    // Order: row 2, 5, then the fives in file order 1 3 | 6, then the sevens 0 | 7, then 4.
    QCOMPARE(letters(*splits), std::string("arrrerae"));
}

void RowSplitTest::splitsByTimeLikeASortedList() {
    RandomStream random(3, "times");
    for (int round = 0; round < test::rounds(200); ++round) {
        SplitPlan plan;
        plan.rule = SplitPlan::Rule::Time;
        plan.train = 0.05 + 0.5 * random.uniform();
        plan.valid = 0.4 * random.uniform();
        // From all equal to all different, above and below zero and across 16-bit digits.
        const std::uint64_t spread = std::uint64_t{1} << random.below(63);
        std::vector<std::int64_t> times(1 + random.below(60));
        for (std::int64_t& time : times) {
            time = static_cast<std::int64_t>(random.below(spread) - spread / 2);
        }
        std::vector<std::size_t> order(times.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, {}, [&](std::size_t row) { return times[row]; });

        const auto splits = splitRows(plan, static_cast<std::int64_t>(times.size()), times);
        FLIP_VERIFY_OK(splits);
        const auto count = sizes(*splits);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto place = static_cast<std::int64_t>(i);
            const Split expected = place < count[0]              ? Split::Train
                                   : place < count[0] + count[1] ? Split::Valid
                                                                 : Split::Test;
            QCOMPARE((*splits)[order[i]], expected);
        }
    }
}

void RowSplitTest::followsTheSplitFile() {
    SplitPlan plan;
    plan.rule = SplitPlan::Rule::File;
    plan.file = std::filesystem::path(folder_.path().toStdString()) / "split.tsv";
    for (const char* text : {"row_index\tsplit\n0\ttest\n1\ttrain\n2\tvalid\n",
                             "0\ttest\r\n1\ttrain\r\n2\tvalid", "0\ttest\n1\ttrain\n2\tvalid\n"}) {
        test::write(plan.file, text);
        const auto splits = splitRows(plan, 3, {});
        FLIP_VERIFY_OK(splits);
        QCOMPARE(letters(*splits), std::string("era"));
    }
}

void RowSplitTest::splitsByTheFilesOfTheRows() {
    const SplitPlan plan{.rule = SplitPlan::Rule::Parts};
    const std::vector<FilePart> parts = {
        {Split::Valid, 1}, {Split::Train, 2}, {Split::Test, 0}, {Split::Train, 1}};
    const auto splits = splitRows(plan, 4, {}, parts);
    QVERIFY(splits.ok());
    QCOMPARE(letters(*splits), std::string("arrr"));
    const std::vector<FilePart> untrained = {{Split::Train, 0}, {Split::Test, 3}};
    const auto refused = splitRows(plan, 3, {}, untrained);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.problem().what,
             std::string("the train file has no usable row; fix it or choose another split"));
}

void RowSplitTest::refusesAnInvalidSplitFile_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("message");
    QTest::newRow("row missing") << "0\ttrain\n2\ttest\n"
                                 << "split.tsv:2"
                                 << "row_index 1";
    QTest::newRow("row twice") << "0\ttrain\n0\ttest\n"
                               << "split.tsv:2"
                               << "row_index 1";
    QTest::newRow("out of order") << "1\ttrain\n0\ttest\n"
                                  << "split.tsv:1"
                                  << "row_index 0";
    QTest::newRow("too many") << "0\ttrain\n1\ttest\n2\ttest\n3\ttest\n"
                              << "split.tsv:4"
                              << "only 3 kept rows";
    QTest::newRow("too few") << "row_index\tsplit\n0\ttrain\n1\ttest\n"
                             << "split.tsv:3"
                             << "3 rows were kept";
    QTest::newRow("unknown split") << "0\ttrain\n1\tdev\n"
                                   << "split.tsv:2"
                                   << "\"dev\"";
    QTest::newRow("other header") << "row\tsplit\n0\ttrain\n"
                                  << "split.tsv:1"
                                  << "row_index 0";
    QTest::newRow("header twice") << "row_index\tsplit\nrow_index\tsplit\n"
                                  << "split.tsv:2"
                                  << "row_index 0";
    QTest::newRow("comma") << "0,train\n"
                           << "split.tsv:1"
                           << "row_index 0";
    QTest::newRow("third column") << "0\ttrain\tx\n"
                                  << "split.tsv:1"
                                  << "row_index 0";
    QTest::newRow("not a whole number") << "0.0\ttrain\n"
                                        << "split.tsv:1"
                                        << "row_index 0";
    QTest::newRow("empty line") << "0\ttrain\n\n1\ttest\n"
                                << "split.tsv:2"
                                << "row_index 1";
    QTest::newRow("empty") << ""
                           << "split.tsv:1"
                           << "3 rows were kept";
    QTest::newRow("invalid UTF-8")
        << QString::fromLatin1("0\ttrain\n1\ttr\xE9in\n") << "split.tsv:2"
        << "";
    QTest::newRow("no training row") << "0\ttest\n1\ttest\n2\tvalid\n"
                                     << ""
                                     << "no row is in train";
}

void RowSplitTest::refusesAnInvalidSplitFile() {
    QFETCH(QString, text);
    QFETCH(QString, where);
    QFETCH(QString, message);
    SplitPlan plan;
    plan.rule = SplitPlan::Rule::File;
    plan.file = std::filesystem::path(folder_.path().toStdString()) / "split.tsv";
    test::write(plan.file, text.toLatin1().toStdString());
    const auto splits = splitRows(plan, 3, {});
    QVERIFY(!splits.ok());
    const std::string shown = splits.problem().text();
    QVERIFY2(where.isEmpty() || shown.starts_with(where.toStdString() + ": "), shown.c_str());
    QVERIFY2(shown.find(message.toStdString()) != std::string::npos, shown.c_str());
}

void RowSplitTest::refusesInvalidShares_data() {
    QTest::addColumn<double>("train");
    QTest::addColumn<double>("valid");
    QTest::addColumn<bool>("fine");
    QTest::newRow("the default") << 0.8 << 0.1 << true;
    QTest::newRow("no test rows") << 0.9 << 0.1 << true;
    QTest::newRow("no training rows") << 0.0 << 0.1 << false;
    QTest::newRow("negative") << 0.8 << -0.1 << false;
    QTest::newRow("above one") << 0.8 << 0.3 << false;
    QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << 0.1 << false;
}

void RowSplitTest::refusesInvalidShares() {
    QFETCH(double, train);
    QFETCH(double, valid);
    QFETCH(bool, fine);
    SplitPlan plan;
    plan.train = train;
    plan.valid = valid;
    QCOMPARE(checkSplitPlan(plan).ok(), fine);
}

QTEST_GUILESS_MAIN(RowSplitTest)
#include "row_split_test.moc"
