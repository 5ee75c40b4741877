#include "core/eval/score_order.h"

#include "core/base/random_stream.h"
#include "core/eval/metrics.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

using namespace flip;

namespace {

using Labels = std::vector<std::uint8_t>;
using Counts = std::pair<std::uint64_t, std::uint64_t>; // positives, negatives

std::map<double, Counts> counted(const std::vector<double>& scores, const Labels& labels) {
    std::map<double, Counts> counts;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        auto& [positives, negatives] = counts[scores[i]];
        ++(labels[i] != 0 ? positives : negatives);
    }
    return counts;
}

} // namespace

// Everything here is counted in integers: no tolerance.
class ScoreOrderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Also more rows than one core sorts alone, distributed to buckets; few values, many, one, and
    /// outliers.
    void visitsEachScoreOnceInOrder_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("values");
        QTest::newRow("none") << 0 << 1;
        QTest::newRow("one") << 1 << 1;
        QTest::newRow("small") << 500 << 20;
        QTest::newRow("buckets, few values") << 200'000 << 7;
        QTest::newRow("buckets, many values") << 200'000 << 1'000'000;
        QTest::newRow("buckets, all the same") << 100'000 << 1;
        QTest::newRow("several blocks") << 1'200'000 << 3000;
    }
    void visitsEachScoreOnceInOrder() {
        QFETCH(int, rows);
        QFETCH(int, values);
        RandomStream random(5, "test");
        std::vector<double> scores(static_cast<std::size_t>(rows));
        Labels labels(scores.size());
        for (std::size_t i = 0; i < scores.size(); ++i) {
            scores[i] = (static_cast<double>(random.below(values)) - values / 3) * 0.37;
            if (i % 1000 == 999) {
                scores[i] *= 1e200;
            }
            labels[i] = static_cast<std::uint8_t>(random.below(4) == 0);
        }
        const auto order = ScoreOrder::of(scores, labels);
        QVERIFY(order.has_value());
        const auto expected = counted(scores, labels);
        auto next = expected.begin();
        order->forEachTie([&](double score, std::uint64_t positives, std::uint64_t negatives) {
            if (next == expected.end() || score != next->first ||
                Counts(positives, negatives) != next->second) {
                QFAIL("unexpected score");
            }
            ++next;
        });
        QVERIFY(next == expected.end());
        QCOMPARE(order->positives() + order->negatives(), scores.size());
    }

    void countsRowsBelowAScore() {
        RandomStream random(6, "test");
        for (const std::size_t rows : {std::size_t{300}, std::size_t{80'000}}) {
            std::vector<double> scores(rows);
            Labels labels(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                scores[i] = static_cast<double>(random.below(rows / 3)) / 8 - 1;
                labels[i] = static_cast<std::uint8_t>(random.below(2));
            }
            const auto order = ScoreOrder::of(scores, labels);
            for (int round = 0; round < 50; ++round) {
                const double score = static_cast<double>(random.below(rows / 2)) / 8 - 3;
                std::uint64_t positives = 0;
                std::uint64_t negatives = 0;
                for (std::size_t i = 0; i < rows; ++i) {
                    (labels[i] != 0 ? positives : negatives) += scores[i] < score    ? 2
                                                                : scores[i] == score ? 1
                                                                                     : 0;
                }
                QCOMPARE(order->twicePositivesBelow(score), positives);
                QCOMPARE(order->twiceNegativesBelow(score), negatives);
            }
        }
    }

    void zerosOfBothSignsTie() {
        const auto order = ScoreOrder::of(std::vector{0.0, -0.0, -1e-300}, Labels{0, 1, 0});
        QCOMPARE(order->twicePairsWon(), std::uint64_t{3}); // one tie, one pair won
    }

    void infinitiesComeFirstAndLast() {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        std::vector<double> seen;
        ScoreOrder::of(std::vector{kInfinity, 1e308, -kInfinity, -1e308}, Labels{0, 1, 0, 1})
            ->forEachTie([&](double score, auto, auto) { seen.push_back(score); });
        QCOMPARE(seen, (std::vector{-kInfinity, -1e308, 1e308, kInfinity}));
    }

    void refusesScoresThatAreNotNumbers() {
        QVERIFY(!ScoreOrder::of(std::vector{0.5, std::nan("")}, Labels{0, 1}));
        std::vector<double> many(300'000, 0.5);
        many[250'000] = std::nan("");
        QVERIFY(!ScoreOrder::of(many, Labels(many.size(), 1)));
    }

    /// Buckets do not change the result: compares with the AUC from sorted positions.
    void manyRowsHaveTheAucOfTheirRanks() {
        RandomStream random(7, "test");
        std::vector<double> scores(300'000);
        Labels labels(scores.size());
        std::vector<std::pair<double, int>> rows;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            labels[i] = static_cast<std::uint8_t>(random.below(3) == 0);
            scores[i] = std::round(1000 * (random.normal() + 0.5 * labels[i])) / 1000;
            rows.emplace_back(scores[i], labels[i]);
        }
        std::ranges::sort(rows);
        std::uint64_t won = 0;
        std::uint64_t positives = 0;
        for (std::size_t begin = 0, below = 0; begin < rows.size();) {
            std::size_t end = begin;
            std::uint64_t tied = 0;
            for (; end < rows.size() && rows[end].first == rows[begin].first; ++end) {
                tied += static_cast<std::uint64_t>(rows[end].second);
            }
            won += tied * (2 * below + (end - begin - tied));
            below += end - begin - tied;
            positives += tied;
            begin = end;
        }
        const auto negatives = static_cast<double>(rows.size() - positives);
        QCOMPARE(*areaUnderCurve(scores, labels),
                 static_cast<double>(won) / 2 / (static_cast<double>(positives) * negatives));
    }
};

QTEST_GUILESS_MAIN(ScoreOrderTest)
#include "score_order_test.moc"
