#pragma once

#include "core/eval/score_order.h"
#include "core/spec/run_event.h"

#include <cstdint>
#include <optional>
#include <span>

namespace flip {

/// Area under the ROC curve by mid-ranks: ties count half (Mann-Whitney). Any monotone score,
/// logits as well as probabilities. Absent where one class is missing or a score is not a number.
/// Pairs are counted in whole numbers and divided once. O(n log n) on all cores, 8 bytes a row
/// beside the input.
std::optional<double> areaUnderCurve(std::span<const double> scores,
                                     std::span<const std::uint8_t> labels);

/// The same of scores that are in order already.
std::optional<double> areaUnderCurve(const ScoreOrder& order);

/// Mean binary cross-entropy of logits, in nats, computed without overflow for any logit. Not a
/// number where there are no rows; so too below.
double logLossOfLogits(std::span<const double> logits, std::span<const std::uint8_t> labels);

/// Mean binary cross-entropy of probabilities clipped to [1e-15, 1 - 1e-15] in double precision.
double logLoss(std::span<const double> probabilities, std::span<const std::uint8_t> labels);

/// 1 / (1 + exp(-logit)).
double sigmoid(double logit);

/// AUC, log loss and counts of logits.
Metrics measure(std::span<const double> logits, std::span<const std::uint8_t> labels);

} // namespace flip
