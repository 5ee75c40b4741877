#include "core/eval/calibration.h"

#include "core/base/random_stream.h"
#include "core/eval/metrics.h"
#include "tests/core/eval/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace flip;

namespace {

using Labels = std::vector<std::uint8_t>;

double logitOf(double p) {
    return std::log(p / (1 - p));
}

} // namespace

// Tolerance 1e-13: sums of about a hundred rounded probabilities.
class CalibrationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithScikitLearn_data() { test::addSampleRows(); }
    void agreesWithScikitLearn() {
        QFETCH(int, sample);
        const auto one = test::measuredSamples()[static_cast<std::size_t>(sample)];
        const ScoreOrder order = *ScoreOrder::of(one.logits, one.labels);
        std::vector<double> probabilities;
        for (const double logit : one.logits) {
            probabilities.push_back(sigmoid(logit));
        }
        for (const auto& [bins, expected] : one.expected.at("calibration").items()) {
            const std::size_t count = std::stoul(bins);
            for (const Calibration& curve :
                 {equalWidthCalibration(order, count),
                  equalWidthCalibration(probabilities, one.labels, count)}) {
                QVERIFY(std::abs(*curve.error - expected.at("error").get<double>()) < 1e-13);
                QCOMPARE(curve.bins.size(), expected.at("mean").size());
                for (std::size_t i = 0; i < curve.bins.size(); ++i) {
                    QVERIFY(std::abs(curve.bins[i].meanPrediction -
                                     expected.at("mean")[i].get<double>()) < 1e-13);
                    QVERIFY(std::abs(curve.bins[i].positiveShare -
                                     expected.at("share")[i].get<double>()) < 1e-13);
                }
            }
        }
        const Metrics metrics = measure(one.logits, one.labels);
        QVERIFY(std::abs(*normalisedEntropy(metrics.logLoss, metrics.positives, metrics.rows) -
                         one.number("ne")) < 1e-13);
        QVERIFY(std::abs(*predictedOverObserved(order) - one.number("predicted_over_observed")) <
                1e-13);
    }

    void aCalibratedPredictionHasNoError() {
        std::vector<double> logits;
        Labels labels;
        for (int i = 0; i < 100; ++i) { // 1/4 of the first 40 are positive, 4/5 of the others
            logits.push_back(logitOf(i < 40 ? 0.25 : 0.8));
            labels.push_back(i < 10 || (i >= 40 && i < 88) ? 1 : 0);
        }
        const ScoreOrder order = *ScoreOrder::of(logits, labels);
        for (const Calibration& curve :
             {equalWidthCalibration(order, 15), equalCountCalibration(order, 15)}) {
            QVERIFY(*curve.error < 1e-15);
            QCOMPARE(curve.bins.size(), std::size_t(2));
            QCOMPARE(curve.bins[0].rows, 40);
            QCOMPARE(curve.bins[1].rows, 60);
            QCOMPARE(curve.bins[1].positiveShare, 0.8);
        }
        QVERIFY(std::abs(*predictedOverObserved(order) - 1) < 1e-14);
    }

    void theBaseRateHasAnEntropyOfOne() {
        for (const int positives : {1, 30, 99}) {
            const double rate = positives / 100.0;
            std::vector<double> logits(100, logitOf(rate));
            Labels labels(100, 0);
            std::fill_n(labels.begin(), positives, std::uint8_t{1});
            const Metrics metrics = measure(logits, labels);
            QVERIFY(std::abs(*normalisedEntropy(metrics.logLoss, positives, 100) - 1) < 1e-13);
        }
    }

    void equalCountBinsSplitByRank() {
        std::vector<double> logits;
        Labels labels;
        for (int i = 0; i < 1000; ++i) {
            logits.push_back(i * 0.001 - 3); // would all be in two bins of equal width
            labels.push_back(static_cast<std::uint8_t>(i % 10 == 0));
        }
        const Calibration curve = equalCountCalibration(*ScoreOrder::of(logits, labels), 10);
        QCOMPARE(curve.bins.size(), std::size_t(10));
        for (const CalibrationBin& bin : curve.bins) {
            QCOMPARE(bin.rows, 100);
            QCOMPARE(bin.positiveShare, 0.1);
        }
    }

    void equalPredictionsShareABin() {
        const std::vector<double> logits{-2, 0, 0, 0, 0, 0, 0, 1, 2, 3};
        const Calibration curve =
            equalCountCalibration(*ScoreOrder::of(logits, Labels{0, 1, 0, 1, 0, 1, 0, 1, 1, 1}), 5);
        std::vector<std::int64_t> rows;
        for (const CalibrationBin& bin : curve.bins) {
            rows.push_back(bin.rows);
        }
        // The middle of the zeros is between the fourth and fifth of ten rows: in the third of five
        // bins.
        QCOMPARE(rows, (std::vector<std::int64_t>{1, 6, 1, 2}));
    }

    void predictionsOfZeroAndOneHaveABin() {
        const Calibration curve =
            equalWidthCalibration(std::vector{0.0, 1.0, 0.5}, Labels{0, 1, 1}, 2);
        QCOMPARE(curve.bins.size(), std::size_t(2));
        QCOMPARE(curve.bins[1].rows, 2);
        QCOMPARE(*curve.error, (1 * 0.0 + 2 * 0.25) / 3);
    }

    void isAbsentWhereItIsNotDefined() {
        const ScoreOrder none = *ScoreOrder::of({}, {});
        QVERIFY(!equalWidthCalibration(none, 15).error);
        QVERIFY(!equalCountCalibration(none, 15).error);
        QVERIFY(!predictedOverObserved(none));
        QVERIFY(!predictedOverObserved(*ScoreOrder::of(std::vector{1.0}, Labels{0})));
        QVERIFY(!normalisedEntropy(0.3, 0, 10));
        QVERIFY(!normalisedEntropy(0.3, 10, 10));
        QVERIFY(!normalisedEntropy(0.3, 0, 0));
    }
};

QTEST_GUILESS_MAIN(CalibrationTest)
#include "calibration_test.moc"
