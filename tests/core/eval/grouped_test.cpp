#include "core/eval/grouped.h"

#include "core/base/random_stream.h"
#include "core/eval/metrics.h"
#include "tests/core/eval/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using namespace flip;

namespace {

struct Rows {
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;
    std::vector<std::uint32_t> codes;

    Rows shuffled(RandomStream& random) const {
        std::vector<std::size_t> order(scores.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[random.below(i)]);
        }
        Rows rows;
        for (const std::size_t row : order) {
            rows.scores.push_back(scores[row]);
            rows.labels.push_back(labels[row]);
            rows.codes.push_back(codes[row]);
        }
        return rows;
    }
};

Rows randomRows(std::size_t count, std::uint64_t groups, std::uint32_t spacing = 1) {
    RandomStream random(21, "test");
    Rows rows;
    for (std::size_t i = 0; i < count; ++i) {
        rows.codes.push_back(static_cast<std::uint32_t>(random.below(groups)) * spacing);
        rows.labels.push_back(static_cast<std::uint8_t>(random.below(3) == 0));
        rows.scores.push_back(static_cast<double>(random.below(50)) / 10 + 0.5 * rows.labels[i]);
    }
    return rows;
}

} // namespace

// Tolerance 1e-14 where weighted means are compared: a few dozen rounded additions of numbers below
// 1. Counts and single AUCs are exact.
class GroupedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithScikitLearnPerGroup_data() { test::addSampleRows(); }
    void agreesWithScikitLearnPerGroup() {
        QFETCH(int, sample);
        const auto one = test::measuredSamples()[static_cast<std::size_t>(sample)];
        const GroupedAuc gauc = groupedAuc(one.logits, one.labels, RowGroups(one.users));
        const auto& expected = one.expected.at("gauc");
        QVERIFY(std::abs(gauc.auc.value() - expected.at("auc").get<double>()) < 1e-14);
        QCOMPARE(gauc.groups, expected.at("groups").get<std::int64_t>());
        QCOMPARE(gauc.groupsUsed, expected.at("groups_used").get<std::int64_t>());
        QCOMPARE(gauc.rowsUsed, expected.at("rows_used").get<std::int64_t>());
        QCOMPARE(gauc.rows, static_cast<std::int64_t>(one.labels.size()));
    }

    void oneGroupIsThePlainAuc() {
        const Rows rows = randomRows(5000, 1);
        const GroupedAuc gauc = groupedAuc(rows.scores, rows.labels, RowGroups(rows.codes));
        QCOMPARE(*gauc.auc, *areaUnderCurve(rows.scores, rows.labels));
        QCOMPARE(gauc.groupsUsed, 1);
    }

    void orderOfRowsDoesNotMatter_data() {
        QTest::addColumn<int>("rows");
        QTest::newRow("one core") << 3000;
        QTest::newRow("all cores") << 200'000;
    }
    void orderOfRowsDoesNotMatter() {
        QFETCH(int, rows);
        const Rows given = randomRows(static_cast<std::size_t>(rows), 700);
        RandomStream random(22, "test");
        const Rows other = given.shuffled(random);
        QCOMPARE(*groupedAuc(other.scores, other.labels, RowGroups(other.codes)).auc,
                 *groupedAuc(given.scores, given.labels, RowGroups(given.codes)).auc);
    }

    void groupsOfOneClassAreLeftOutAndCounted() {
        const std::vector<double> scores{1, 2, 5, 5, 9, 8, 7};
        const std::vector<std::uint8_t> labels{0, 1, 1, 1, 0, 1, 0};
        const GroupedAuc gauc =
            groupedAuc(scores, labels, RowGroups(std::vector<std::uint32_t>{4, 4, 9, 9, 2, 2, 2}));
        QCOMPARE(gauc.groups, 3);
        QCOMPARE(gauc.groupsUsed, 2);
        QCOMPARE(gauc.rowsUsed, 5);
        QVERIFY(std::abs(*gauc.auc - (2 * 1.0 + 3 * 0.5) / 5) < 1e-15);
    }

    void isAbsentWhereItIsNotDefined() {
        const RowGroups groups(std::vector<std::uint32_t>{0, 0, 1});
        QVERIFY(!groupedAuc(std::vector{1.0, 2.0, 3.0}, std::vector<std::uint8_t>{1, 1, 0}, groups)
                     .auc);
        QVERIFY(!groupedAuc(std::vector{1.0, std::nan(""), 3.0}, std::vector<std::uint8_t>{1, 0, 0},
                            groups)
                     .auc);
        QVERIFY(!groupedAuc({}, {}, RowGroups({})).auc);
    }

    /// Codes far apart are grouped by sorting, close ones by counting, with the same result.
    void groupsAreInOrderOfTheirCodes_data() {
        QTest::addColumn<uint>("spacing");
        QTest::newRow("near") << 1U;
        QTest::newRow("far apart") << 40'000'000U;
    }
    void groupsAreInOrderOfTheirCodes() {
        QFETCH(uint, spacing);
        const Rows rows = randomRows(1000, 100, spacing);
        const RowGroups groups(rows.codes);
        std::size_t seen = 0;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            QVERIFY(g == 0 || groups.code(g - 1) < groups.code(g));
            QVERIFY(std::ranges::is_sorted(groups.rows(g)));
            for (const std::uint32_t row : groups.rows(g)) {
                QCOMPARE(rows.codes[row], groups.code(g));
                ++seen;
            }
        }
        QCOMPARE(seen, rows.codes.size());
    }

    void slicesAreTheMostFrequentValuesThenTheRest() {
        Rows rows;
        for (const auto& [code, count] :
             std::vector<std::pair<std::uint32_t, int>>{{7, 4}, {3, 6}, {5, 4}, {1, 2}, {2, 1}}) {
            for (int i = 0; i < count; ++i) {
                rows.codes.push_back(code);
                rows.labels.push_back(static_cast<std::uint8_t>(i % 2));
                rows.scores.push_back(i);
            }
        }
        const Slices slices = sliceMetrics(rows.scores, rows.labels, RowGroups(rows.codes), 3);
        QCOMPARE(slices.largest.size(), std::size_t(3));
        QCOMPARE(slices.largest[0].code, 3U);
        QCOMPARE(slices.largest[1].code, 5U); // as many rows as 7, the lower code
        QCOMPARE(slices.largest[2].code, 7U);
        QCOMPARE(slices.largest[0].metrics.rows, 6);
        QCOMPARE(slices.largest[0].metrics.positives, 3);
        QCOMPARE(*slices.largest[0].metrics.auc, 6.0 / 9);
        QCOMPARE(slices.otherValues, 2);
        QCOMPARE(slices.others.rows, 3);
        QCOMPARE(slices.others.positives, 1);
    }
};

QTEST_GUILESS_MAIN(GroupedTest)
#include "grouped_test.moc"
