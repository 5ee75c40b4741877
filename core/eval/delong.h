#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace flip {

/// An estimate with its 95 % confidence interval.
struct Interval {
    double value = 0;
    double low = 0;
    double high = 0;
};

/// Two AUCs on the same rows and whether they differ.
struct PairedAucTest {
    Interval first;      // AUC and interval of the first scores, clamped to [0, 1]
    Interval second;     // of the second
    Interval difference; // first minus second
    double varianceOfFirst = 0;
    double varianceOfSecond = 0;
    double covariance = 0;
    double varianceOfDifference = 0;
    std::optional<double> z; // absent if the variance of the difference is 0
    std::optional<double> p; // two-sided, 0 to 1; absent if z is
};

/// Paired test of two correlated AUCs (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988).
/// With the mid-rank placements V of each positive among the negatives and of each negative among
/// the positives, cov = cov(V of positives) / positives + cov(V of negatives) / negatives, the
/// inner covariances unbiased; z = difference / sqrt(variance), p from the normal distribution.
/// Placements come from sorted scores, O(n log n), as in Sun and Xu, IEEE Signal Processing Letters
/// 21, 2014. Spans are [rows], the same rows in the same order. Not defined with fewer than two
/// rows of a class or if a score is NaN.
std::optional<PairedAucTest> pairedAucTest(std::span<const double> first,
                                           std::span<const double> second,
                                           std::span<const std::uint8_t> labels);

} // namespace flip
