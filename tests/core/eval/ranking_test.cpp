#include "core/eval/ranking.h"

#include "core/base/random_stream.h"
#include "tests/core/eval/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace flip;

namespace {

using Labels = std::vector<std::uint8_t>;
using Users = std::vector<std::uint32_t>;

RankingMetrics ranked(const std::vector<double>& scores, const Labels& labels, const Users& users,
                      std::vector<std::int64_t> ks) {
    return rankingMetrics(scores, labels, RowGroups(users), ks);
}

} // namespace

// Tolerance 1e-13: means of a few dozen sums of rounded logarithms, all below 1.
class RankingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// NDCG from ndcg_score, which averages over ties; recall and hit rate over every order of the
    /// ties.
    void agreesWithScikitLearn_data() { test::addSampleRows(); }
    void agreesWithScikitLearn() {
        QFETCH(int, sample);
        const auto one = test::measuredSamples()[static_cast<std::size_t>(sample)];
        std::vector<std::int64_t> ks;
        for (const auto& at : one.expected.at("ranking")) {
            ks.push_back(at.at("k"));
        }
        const RankingMetrics metrics = ranked(one.logits, one.labels, one.users, ks);
        QCOMPARE(metrics.usersUsed, one.expected.at("users_used").get<std::int64_t>());
        QCOMPARE(metrics.users, one.expected.at("gauc").at("groups").get<std::int64_t>());
        QCOMPARE(metrics.at.size(), ks.size());
        for (std::size_t i = 0; i < ks.size(); ++i) {
            const auto& expected = one.expected.at("ranking")[i];
            const auto near = [&](double value, const char* name) {
                return std::abs(value - expected.at(name).get<double>()) < 1e-13;
            };
            QCOMPARE(metrics.at[i].k, ks[i]);
            QVERIFY(near(metrics.at[i].ndcg, "ndcg"));
            QVERIFY(near(metrics.at[i].recall, "recall"));
            QVERIFY(near(metrics.at[i].hitRate, "hit_rate"));
        }
    }

    void tiesCountByTheirExpectation() {
        // Three positives among four tied rows.
        const auto metrics = ranked({1, 1, 1, 1}, {1, 1, 1, 0}, {0, 0, 0, 0}, {1, 2});
        QVERIFY(std::abs(metrics.at[0].recall - 0.25) < 1e-15);
        QVERIFY(std::abs(metrics.at[0].hitRate - 0.75) < 1e-15);
        QVERIFY(std::abs(metrics.at[0].ndcg - 0.75) < 1e-15);
        QVERIFY(std::abs(metrics.at[1].recall - 0.5) < 1e-15);
        QCOMPARE(metrics.at[1].hitRate, 1.0);
    }

    void usersWithoutAPositiveAreLeftOutAndCounted() {
        const auto metrics = ranked({3, 2, 1, 2, 1}, {0, 1, 0, 0, 0}, {8, 8, 8, 5, 5}, {1, 2, 100});
        QCOMPARE(metrics.users, 2);
        QCOMPARE(metrics.usersUsed, 1);
        QCOMPARE(metrics.rows, 5);
        QCOMPARE(metrics.rowsUsed, 3);
        QCOMPARE(metrics.at[0].recall, 0.0);
        QCOMPARE(metrics.at[0].hitRate, 0.0);
        QCOMPARE(metrics.at[1].recall, 1.0);
        QVERIFY(std::abs(metrics.at[1].ndcg - 1 / std::log2(3.0)) < 1e-15);
        QCOMPARE(metrics.at[2].recall, 1.0); // k may exceed the user's rows
    }

    void aPerfectOrderIsOneAndAWrongOneIsNot() {
        const auto best = ranked({9, 8, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 0}, {2, 4});
        QCOMPARE(best.at[0].ndcg, 1.0);
        QCOMPARE(best.at[0].recall, 1.0);
        QCOMPARE(best.at[1].ndcg, 1.0);
        const auto worst = ranked({0, 1, 8, 9}, {1, 1, 0, 0}, {0, 0, 0, 0}, {2});
        QCOMPARE(worst.at[0].ndcg, 0.0);
        QCOMPARE(worst.at[0].recall, 0.0);
    }

    void orderOfRowsDoesNotMatter() {
        RandomStream random(31, "test");
        std::vector<double> scores;
        Labels labels;
        Users users;
        for (int i = 0; i < 2000; ++i) {
            scores.push_back(static_cast<double>(random.below(9)));
            labels.push_back(static_cast<std::uint8_t>(random.below(3) == 0));
            users.push_back(static_cast<std::uint32_t>(random.below(150)));
        }
        const auto given = ranked(scores, labels, users, {5});
        std::ranges::reverse(scores);
        std::ranges::reverse(labels);
        std::ranges::reverse(users);
        const auto reversed = ranked(scores, labels, users, {5});
        QCOMPARE(reversed.at[0].ndcg, given.at[0].ndcg);
        QCOMPARE(reversed.at[0].recall, given.at[0].recall);
        QCOMPARE(reversed.at[0].hitRate, given.at[0].hitRate);
    }

    void isAbsentWhereItIsNotDefined() {
        QVERIFY(ranked({1, 2}, {0, 0}, {0, 1}, {5}).at.empty());
        QVERIFY(ranked({1, std::nan("")}, {1, 0}, {0, 0}, {5}).at.empty());
        QVERIFY(ranked({}, {}, {}, {5}).at.empty());
    }
};

QTEST_GUILESS_MAIN(RankingTest)
#include "ranking_test.moc"
