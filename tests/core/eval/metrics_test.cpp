#include "core/eval/metrics.h"

#include "core/base/random_stream.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace flip;

namespace {

using Labels = std::vector<std::uint8_t>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The definition: share of (positive, negative) pairs in the right order, ties counting half.
double pairwise(const std::vector<double>& scores, const Labels& labels) {
    double won = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        for (std::size_t j = 0; j < scores.size(); ++j) {
            if (labels[i] == 1 && labels[j] == 0) {
                pairs += 1;
                won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        }
    }
    return won / pairs;
}

struct Reference {
    std::vector<double> logits;
    Labels labels;
    double auc;
    double logLoss;
};

// Values of scikit-learn 1.9.1: roc_auc_score(y, z) and log_loss(y, 1 / (1 + exp(-z))).
const std::vector<std::pair<const char*, Reference>> kReferences{
    {"its manual's example", {{0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}, 0.75, 0.6404736834600195}},
    {"all tied", {{0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, {1, 0, 1, 0, 0, 1}, 0.5, 0.7240769841801068}},
    {"ties across classes",
     {{0.2, 0.2, 0.3, 0.3, 0.3, 0.7, 0.7, 0.9},
      {0, 1, 0, 1, 1, 0, 1, 1},
      0.6000000000000001,
      0.6508586805839711}},
    {"logits of both signs",
     {{-3, -1.5, -1.5, 0, 0, 0.25, 2, 7.5}, {0, 0, 1, 0, 1, 1, 0, 1}, 0.6875, 0.7551410788820392}},
    {"all wrong", {{5, 4, 3, 2, 1}, {0, 0, 0, 1, 1}, 0.0, 2.5027284653083774}},
};

} // namespace

// Tolerances: the AUC is counted in whole numbers and divided once, so 1e-15; log losses add up to
// a few hundred rounded terms, so 1e-13.
class MetricsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithScikitLearn_data() {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < kReferences.size(); ++i) {
            QTest::newRow(kReferences[i].first) << static_cast<int>(i);
        }
    }
    void agreesWithScikitLearn() {
        QFETCH(int, row);
        const Reference& reference = kReferences[static_cast<std::size_t>(row)].second;
        const Metrics metrics = measure(reference.logits, reference.labels);
        QVERIFY(metrics.auc.has_value());
        QVERIFY(std::abs(*metrics.auc - reference.auc) < 1e-15);
        QVERIFY(std::abs(metrics.logLoss - reference.logLoss) < 1e-13);
        QCOMPARE(metrics.rows, static_cast<std::int64_t>(reference.labels.size()));
        QCOMPARE(metrics.positives, static_cast<std::int64_t>(std::count(
                                        reference.labels.begin(), reference.labels.end(), 1)));
    }

    void equalsThePairwiseDefinition() {
        RandomStream random(11, "test");
        for (int round = 0; round < 200; ++round) {
            const std::size_t rows = 2 + random.below(60);
            const std::uint64_t distinct = 1 + random.below(20); // few values: many ties
            std::vector<double> scores(rows);
            Labels labels(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                scores[i] = static_cast<double>(random.below(distinct)) - 5;
                labels[i] = static_cast<std::uint8_t>(random.below(2));
            }
            labels[0] = 0;
            labels[1] = 1;
            const auto auc = areaUnderCurve(scores, labels);
            QVERIFY(auc.has_value());
            QVERIFY(std::abs(*auc - pairwise(scores, labels)) < 1e-15);
        }
    }

    void aucIgnoresMonotoneChanges() {
        RandomStream random(12, "test");
        std::vector<double> logits(1000);
        std::vector<double> probabilities(1000);
        std::vector<double> negated(1000);
        Labels labels(1000);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            logits[i] = random.normal();
            probabilities[i] = sigmoid(logits[i]);
            negated[i] = -logits[i];
            labels[i] = static_cast<std::uint8_t>(random.below(2));
        }
        QCOMPARE(*areaUnderCurve(probabilities, labels), *areaUnderCurve(logits, labels));
        QVERIFY(std::abs(*areaUnderCurve(negated, labels) + *areaUnderCurve(logits, labels) - 1) <
                1e-15);
    }

    void aucIsAbsentWhereItIsNotDefined_data() {
        QTest::addColumn<QList<double>>("scores");
        QTest::addColumn<QList<int>>("labels");
        QTest::newRow("no rows") << QList<double>{} << QList<int>{};
        QTest::newRow("positives only") << QList<double>{0.1, 0.2} << QList<int>{1, 1};
        QTest::newRow("negatives only") << QList<double>{0.1, 0.2} << QList<int>{0, 0};
        QTest::newRow("not a number") << QList<double>{0.1, std::nan("")} << QList<int>{0, 1};
    }
    void aucIsAbsentWhereItIsNotDefined() {
        QFETCH(QList<double>, scores);
        QFETCH(QList<int>, labels);
        const Metrics metrics = measure(std::vector<double>(scores.begin(), scores.end()),
                                        Labels(labels.begin(), labels.end()));
        QVERIFY(!metrics.auc.has_value());
        QCOMPARE(metrics.rows, static_cast<std::int64_t>(labels.size()));
    }

    void ranksInfiniteScores() {
        const std::vector<double> scores{-kInfinity, kInfinity, 0, kInfinity};
        QCOMPARE(*areaUnderCurve(scores, Labels{0, 1, 0, 0}), 2.5 / 3);
    }

    void logLossOfLogitsNeverOverflows_data() {
        QTest::addColumn<double>("logit");
        QTest::addColumn<int>("label");
        QTest::addColumn<double>("loss");
        QTest::newRow("right, far") << 1e6 << 1 << 0.0;
        QTest::newRow("wrong, far") << 1e6 << 0 << 1e6;
        QTest::newRow("wrong, far below") << -1e6 << 1 << 1e6;
        QTest::newRow("at the end of doubles") << 1.7e308 << 0 << 1.7e308;
        QTest::newRow("infinitely right") << kInfinity << 1 << 0.0;
        QTest::newRow("infinitely wrong") << -kInfinity << 1 << kInfinity;
        QTest::newRow("even") << 0.0 << 1 << std::log(2.0);
        QTest::newRow("nearly sure") << 40.0 << 1 << 4.248354255291589e-18; // exp(-40)
    }
    void logLossOfLogitsNeverOverflows() {
        QFETCH(double, logit);
        QFETCH(int, label);
        QFETCH(double, loss);
        QCOMPARE(logLossOfLogits(std::vector{logit}, Labels{static_cast<std::uint8_t>(label)}),
                 loss);
    }

    void probabilitiesAreClipped() {
        const double worst = -std::log(1e-15);
        // 1 - 1e-15 is rounded to a multiple of 2^-53, which moves its logarithm by up to 6 %.
        QVERIFY(std::abs(logLoss(std::vector{0.0}, Labels{1}) - worst) < 1e-12);
        QVERIFY(std::abs(logLoss(std::vector{1.0}, Labels{0}) - worst) < 0.06);
        QVERIFY(std::abs(logLoss(std::vector{1.0, 0.0}, Labels{1, 0})) < 2e-15);
    }

    void logitsAndProbabilitiesAgree() {
        RandomStream random(13, "test");
        std::vector<double> logits(500);
        std::vector<double> probabilities(500);
        Labels labels(500);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            logits[i] = 3 * random.normal();
            probabilities[i] = sigmoid(logits[i]);
            labels[i] = static_cast<std::uint8_t>(random.below(2));
        }
        QVERIFY(std::abs(logLoss(probabilities, labels) - logLossOfLogits(logits, labels)) < 1e-13);
    }

    void sigmoidKeepsBothTails() {
        QCOMPARE(sigmoid(0), 0.5);
        QCOMPARE(sigmoid(1000), 1.0);
        QCOMPARE(sigmoid(-1000), 0.0);
        QVERIFY(sigmoid(-700) > 0);
        QVERIFY(std::abs(sigmoid(2.5) + sigmoid(-2.5) - 1) < 1e-15);
    }

    void lossIsNanWithoutRows() {
        QVERIFY(std::isnan(logLossOfLogits({}, {})));
        QVERIFY(std::isnan(logLoss({}, {})));
    }
};

QTEST_GUILESS_MAIN(MetricsTest)
#include "metrics_test.moc"
