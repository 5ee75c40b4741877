#pragma once

#include "core/eval/score_order.h"
#include "core/spec/run_event.h"

#include <cstdint>
#include <optional>
#include <span>

namespace flip {

/// Area under the ROC curve by mid-ranks: ties count half (Mann-Whitney). Works for any monotone
/// score, logits or probabilities. Absent if one class is missing or a score is NaN. Pairs are
/// counted in integers and divided once. O(n log n) on all cores, 8 bytes per row besides the
/// input.
std::optional<double> areaUnderCurve(std::span<const double> scores,
                                     std::span<const std::uint8_t> labels);

/// The same for sorted scores.
std::optional<double> areaUnderCurve(const ScoreOrder& order);

/// Mean binary cross-entropy of logits, in nats, computed without overflow for any logit. NaN if
/// there are no rows, as in logLoss().
double logLossOfLogits(std::span<const double> logits, std::span<const std::uint8_t> labels);

/// Mean binary cross-entropy of probabilities clipped to [1e-15, 1 - 1e-15] in double precision.
double logLoss(std::span<const double> probabilities, std::span<const std::uint8_t> labels);

/// 1 / (1 + exp(-logit)).
double sigmoid(double logit);

/// AUC, log loss and counts of logits.
Metrics measure(std::span<const double> logits, std::span<const std::uint8_t> labels);

} // namespace flip
