#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace flip {

/// One quantity of several repetitions: how many, their mean, and their sample standard deviation
/// (divided by n - 1), absent with fewer than two.
struct Spread {
    std::size_t n = 0;
    double mean = 0;
    std::optional<double> sd;
};

/// Nothing without values. Two passes, so values close to each other keep their spread.
std::optional<Spread> spreadOf(std::span<const double> values);

/// "0.8464 ± 0.0001", "0.8464" of a single value, "-" of none; with so many decimals.
std::string spreadText(const std::optional<Spread>& spread, int decimals);

} // namespace flip
