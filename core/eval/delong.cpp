#include "core/eval/delong.h"

#include "core/base/worker_pool.h"
#include "core/eval/metrics.h"
#include "core/eval/score_order.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace flip {

namespace {

constexpr double kQuantile = 1.959963984540054; // of the normal distribution, 97.5 %
constexpr std::size_t kBlock = std::size_t{1} << 16;

/// Sums of products of deviations.
struct Products {
    double firstFirst = 0;
    double secondSecond = 0;
    double firstSecond = 0;

    void add(double first, double second) {
        firstFirst += first * first;
        secondSecond += second * second;
        firstSecond += first * second;
    }
    void add(const Products& other) {
        firstFirst += other.firstFirst;
        secondSecond += other.secondSecond;
        firstSecond += other.firstSecond;
    }
};

Interval clampedInterval(double value, double variance, double minimum, double maximum) {
    const double half = kQuantile * std::sqrt(variance);
    return {value, std::max(minimum, value - half), std::min(maximum, value + half)};
}

} // namespace

std::optional<PairedAucTest> pairedAucTest(std::span<const double> first,
                                           std::span<const double> second,
                                           std::span<const std::uint8_t> labels) {
    assert(first.size() == labels.size() && second.size() == labels.size());
    const auto firstOrder = ScoreOrder::of(first, labels);
    const auto secondOrder = ScoreOrder::of(second, labels);
    if (!firstOrder || !secondOrder || firstOrder->positives() < 2 || firstOrder->negatives() < 2) {
        return std::nullopt;
    }
    const auto positives = static_cast<double>(firstOrder->positives());
    const auto negatives = static_cast<double>(firstOrder->negatives());
    const double firstAuc = areaUnderCurve(*firstOrder).value();
    const double secondAuc = areaUnderCurve(*secondOrder).value();

    // The mean of the placements is the AUC, so the deviations need no extra pass.
    const auto deviation = [&](const ScoreOrder& order, double score, bool positive, double auc) {
        return positive
                   ? static_cast<double>(order.twiceNegativesBelow(score)) / 2 / negatives - auc
                   : 1 - static_cast<double>(order.twicePositivesBelow(score)) / 2 / positives -
                         auc;
    };
    struct Part {
        Products positives;
        Products negatives;
    };
    std::vector<Part> parts((labels.size() + kBlock - 1) / kBlock);
    WorkerPool pool(parts.size() <= 1 ? 1 : 0);
    pool.forEach(parts.size(), [&](std::size_t block) {
        const std::size_t end = std::min(labels.size(), (block + 1) * kBlock);
        for (std::size_t row = block * kBlock; row < end; ++row) {
            const bool positive = labels[row] != 0;
            (positive ? parts[block].positives : parts[block].negatives)
                .add(deviation(*firstOrder, first[row], positive, firstAuc),
                     deviation(*secondOrder, second[row], positive, secondAuc));
        }
    });
    Part all;
    for (const Part& part : parts) { // in the same order for any number of threads
        all.positives.add(part.positives);
        all.negatives.add(part.negatives);
    }
    const auto covariance = [&](double ofPositives, double ofNegatives) {
        return ofPositives / (positives - 1) / positives +
               ofNegatives / (negatives - 1) / negatives;
    };
    PairedAucTest test;
    test.varianceOfFirst = covariance(all.positives.firstFirst, all.negatives.firstFirst);
    test.varianceOfSecond = covariance(all.positives.secondSecond, all.negatives.secondSecond);
    test.covariance = covariance(all.positives.firstSecond, all.negatives.firstSecond);
    test.varianceOfDifference =
        std::max(0.0, test.varianceOfFirst + test.varianceOfSecond - 2 * test.covariance);
    test.first = clampedInterval(firstAuc, test.varianceOfFirst, 0, 1);
    test.second = clampedInterval(secondAuc, test.varianceOfSecond, 0, 1);
    test.difference = clampedInterval(firstAuc - secondAuc, test.varianceOfDifference, -1, 1);
    if (test.varianceOfDifference > 0) {
        test.z = test.difference.value / std::sqrt(test.varianceOfDifference);
        test.p = std::erfc(std::abs(*test.z) / std::sqrt(2.0));
    }
    return test;
}

} // namespace flip
