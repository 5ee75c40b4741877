#pragma once

#include "core/spec/choices.h"

#include <cmath>
#include <cstdint>

namespace flip {

/// The number of `fields` that a mask ratio masks in every row: "floor" is int(fields * ratio), as
/// published, and may be 0, so that nothing is masked; "round" is the nearest number, at least 1.
inline std::int64_t maskedFieldCount(std::int64_t fields, double ratio, MaskRounding rounding) {
    // Slightly more than the product, so that 100 * 0.29 gives 29 and not 28.999999999999996.
    const double exact = static_cast<double>(fields) * ratio + 1e-9;
    if (rounding == MaskRounding::Floor) {
        return static_cast<std::int64_t>(std::floor(exact));
    }
    const auto rounded = static_cast<std::int64_t>(std::llround(exact));
    return rounded < 1 ? 1 : (rounded > fields ? fields : rounded);
}

} // namespace flip
