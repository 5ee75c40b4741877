#pragma once

#include "core/eval/score_order.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// One point of a reliability curve: rows with predictions alike, and what came of them.
struct CalibrationBin {
    double meanPrediction = 0; // 0 to 1
    double positiveShare = 0;  // 0 to 1
    std::int64_t rows = 0;     // at least 1
};

/// A reliability curve and the error that sums it up.
struct Calibration {
    std::vector<CalibrationBin> bins; // ascending; those without a row are left out
    std::optional<double> error;      // 0 (calibrated) to 1; absent without rows
};

/// Expected calibration error: sum over bins of rows / all rows * |mean prediction - share of
/// positives| (Naeini et al., AAAI 2015; Guo et al., ICML 2017). `bins` is at least 1.
///
/// Equal width: prediction p falls into bin min(floor(bins * p), bins - 1).
Calibration equalWidthCalibration(std::span<const double> probabilities,
                                  std::span<const std::uint8_t> labels, std::size_t bins);

/// The same of logits that are in order already; a row's prediction is sigmoid(logit).
Calibration equalWidthCalibration(const ScoreOrder& logits, std::size_t bins);

/// Equal count: rows in order of prediction are cut into `bins` parts of equal size. Rows with the
/// same prediction are never parted; they go where the middle one of them falls, so heavy ties
/// leave fewer bins.
Calibration equalCountCalibration(const ScoreOrder& logits, std::size_t bins);

/// Normalised entropy: log loss over the entropy of the base rate, both in nats (He et al.,
/// "Practical Lessons from Predicting Clicks on Ads at Facebook", ADKDD 2014). 1 is what a constant
/// prediction of the base rate has, lower is better, 0 is perfect. Not defined where one class is
/// missing, for the entropy is 0 there.
std::optional<double> normalisedEntropy(double logLoss, std::int64_t positives, std::int64_t rows);

/// Mean prediction over share of positives: 1 is calibrated on the whole, above 1 promises too
/// much. Not defined without positives.
std::optional<double> predictedOverObserved(const ScoreOrder& logits);

} // namespace flip
