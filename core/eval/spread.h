#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace flip {

/// One quantity over several repetitions: their number, mean and sample standard deviation (divided
/// by n - 1), which is absent for fewer than two.
struct Spread {
    std::size_t n = 0;
    double mean = 0;
    std::optional<double> sd;
};

/// nullopt without values. Uses two passes, so that nearly equal values do not lose precision.
std::optional<Spread> spreadOf(std::span<const double> values);

/// "0.8464 ± 0.0001", "0.8464" for a single value, "-" for none; with `decimals` decimals.
std::string spreadText(const std::optional<Spread>& spread, int decimals);

} // namespace flip
