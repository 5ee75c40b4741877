#include "core/eval/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace flip {

namespace {

/// ln(1 + exp(x)), exact at both ends.
double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double mean(double sum, std::size_t rows) {
    return rows == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(rows);
}

} // namespace

std::optional<double> areaUnderCurve(std::span<const double> scores,
                                     std::span<const std::uint8_t> labels) {
    const auto order = ScoreOrder::of(scores, labels);
    return order ? areaUnderCurve(*order) : std::nullopt;
}

std::optional<double> areaUnderCurve(const ScoreOrder& order) {
    if (order.positives() == 0 || order.negatives() == 0) {
        return std::nullopt;
    }
    return static_cast<double>(order.twicePairsWon()) / 2.0 /
           (static_cast<double>(order.positives()) * static_cast<double>(order.negatives()));
}

double logLossOfLogits(std::span<const double> logits, std::span<const std::uint8_t> labels) {
    assert(logits.size() == labels.size());
    double sum = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        sum += softplus(labels[i] != 0 ? -logits[i] : logits[i]);
    }
    return mean(sum, logits.size());
}

double logLoss(std::span<const double> probabilities, std::span<const std::uint8_t> labels) {
    assert(probabilities.size() == labels.size());
    constexpr double kSmallest = 1e-15;
    double sum = 0;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        const double p = std::clamp(probabilities[i], kSmallest, 1 - kSmallest);
        sum -= labels[i] != 0 ? std::log(p) : std::log1p(-p);
    }
    return mean(sum, probabilities.size());
}

double sigmoid(double logit) {
    if (logit >= 0) {
        return 1.0 / (1.0 + std::exp(-logit));
    }
    const double e = std::exp(logit);
    return e / (1.0 + e);
}

Metrics measure(std::span<const double> logits, std::span<const std::uint8_t> labels) {
    Metrics metrics;
    metrics.auc = areaUnderCurve(logits, labels);
    metrics.logLoss = logLossOfLogits(logits, labels);
    metrics.rows = static_cast<std::int64_t>(labels.size());
    metrics.positives =
        std::count_if(labels.begin(), labels.end(), [](std::uint8_t label) { return label != 0; });
    return metrics;
}

} // namespace flip
