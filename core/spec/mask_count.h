#pragma once

#include "core/spec/choices.h"

#include <cmath>
#include <cstdint>

namespace flip {

/// How many of `fields` a mask ratio hides in every row: rounding "floor" is int(fields * ratio) as
/// published and may be 0, which masks nothing; "round" is the nearest number, 1 at least.
inline std::int64_t maskedFieldCount(std::int64_t fields, double ratio, MaskRounding rounding) {
    // A hair more than the product, so that 10 * 0.3 is 3 and not 2.9999999999999996.
    const double exact = static_cast<double>(fields) * ratio + 1e-9;
    if (rounding == MaskRounding::Floor) {
        return static_cast<std::int64_t>(std::floor(exact));
    }
    const auto rounded = static_cast<std::int64_t>(std::llround(exact));
    return rounded < 1 ? 1 : (rounded > fields ? fields : rounded);
}

} // namespace flip
