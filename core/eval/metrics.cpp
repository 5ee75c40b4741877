#include "core/eval/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace flip {

namespace {

struct Scored {
    double score;
    bool positive;
};

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
    assert(scores.size() == labels.size());
    std::vector<Scored> rows(scores.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(scores[i])) {
            return std::nullopt;
        }
        rows[i] = {scores[i], labels[i] != 0};
    }
    std::sort(rows.begin(), rows.end(),
              [](const Scored& a, const Scored& b) { return a.score < b.score; });
    // Twice the number of pairs won, a tie counting one: whole numbers, so nothing is rounded
    // before the division. 2 * 10^9 * 10^9 pairs fit.
    std::uint64_t twiceWon = 0;
    std::uint64_t negativesBelow = 0;
    std::uint64_t positives = 0;
    for (std::size_t begin = 0; begin < rows.size();) {
        std::uint64_t tiedPositives = 0;
        std::size_t end = begin;
        for (; end < rows.size() && rows[end].score == rows[begin].score; ++end) {
            tiedPositives += rows[end].positive ? 1 : 0;
        }
        const std::uint64_t tiedNegatives = (end - begin) - tiedPositives;
        twiceWon += tiedPositives * (2 * negativesBelow + tiedNegatives);
        negativesBelow += tiedNegatives;
        positives += tiedPositives;
        begin = end;
    }
    if (positives == 0 || negativesBelow == 0) {
        return std::nullopt;
    }
    return static_cast<double>(twiceWon) / 2.0 /
           (static_cast<double>(positives) * static_cast<double>(negativesBelow));
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
