#include "core/eval/spread.h"

#include <fmt/format.h>

#include <cmath>

namespace flip {

std::optional<Spread> spreadOf(std::span<const double> values) {
    if (values.empty()) {
        return std::nullopt;
    }
    Spread spread{.n = values.size()};
    for (const double value : values) {
        spread.mean += value;
    }
    spread.mean /= static_cast<double>(values.size());
    if (values.size() > 1) {
        double squares = 0;
        for (const double value : values) {
            squares += (value - spread.mean) * (value - spread.mean);
        }
        spread.sd = std::sqrt(squares / static_cast<double>(values.size() - 1));
    }
    return spread;
}

std::string spreadText(const std::optional<Spread>& spread, int decimals) {
    if (!spread) {
        return "-";
    }
    return spread->sd
               ? fmt::format("{:.{}f} ± {:.{}f}", spread->mean, decimals, *spread->sd, decimals)
               : fmt::format("{:.{}f}", spread->mean, decimals);
}

} // namespace flip
