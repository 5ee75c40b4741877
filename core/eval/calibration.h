#pragma once

#include "core/eval/score_order.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// One point of a reliability curve: rows with similar predictions and their share of positives.
struct CalibrationBin {
    double meanPrediction = 0; // 0 to 1
    double positiveShare = 0;  // 0 to 1
    std::int64_t rows = 0;     // at least 1
};

/// A reliability curve and its calibration error.
struct Calibration {
    std::vector<CalibrationBin> bins; // ascending; empty bins are omitted
    std::optional<double> error;      // 0 (calibrated) to 1; absent if there are no rows
};

/// Expected calibration error: sum over bins of rows / all rows * |mean prediction - share of
/// positives| (Naeini et al., AAAI 2015; Guo et al., ICML 2017). `bins` is at least 1.
///
/// Equal width: prediction p falls into bin min(floor(bins * p), bins - 1).
Calibration equalWidthCalibration(std::span<const double> probabilities,
                                  std::span<const std::uint8_t> labels, std::size_t bins);

/// The same for sorted logits; a row's prediction is sigmoid(logit).
Calibration equalWidthCalibration(const ScoreOrder& logits, std::size_t bins);

/// Equal count: rows sorted by prediction are split into `bins` parts of equal size. Rows with the
/// same prediction stay together, in the bin of the middle one, so many ties leave fewer bins.
Calibration equalCountCalibration(const ScoreOrder& logits, std::size_t bins);

/// Normalised entropy: log loss over the entropy of the base rate, both in nats (He et al.,
/// "Practical Lessons from Predicting Clicks on Ads at Facebook", ADKDD 2014). A constant
/// prediction of the base rate has 1; lower is better, 0 is perfect. Not defined if one class is
/// missing, because the entropy is then 0.
std::optional<double> normalisedEntropy(double logLoss, std::int64_t positives, std::int64_t rows);

/// Mean prediction divided by the share of positives: 1 is calibrated on average, above 1 predicts
/// too much. Not defined without positives.
std::optional<double> predictedOverObserved(const ScoreOrder& logits);

} // namespace flip
