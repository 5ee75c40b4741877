#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flip {

/// What rows are ordered by, exactly as it was written: digits / 10^decimals, in whatever unit the
/// source has. Dates are seconds since 1970 in UTC.
struct RowTime {
    static constexpr int kMostDecimals = 18;

    std::int64_t digits = 0;
    int decimals = 0;   // no more than are needed
    bool isCut = false; // more decimals were written than these; the true time is a little later

    bool operator==(const RowTime&) const = default;

    /// The digits with another number of decimals: with fewer the rest is cut off towards the past;
    /// nothing where more do not fit 64 bits.
    std::optional<std::int64_t> withDecimals(int wanted) const;
};

/// A number (1537401600, 1537401600.25, 1.5e9), or a date and time as ISO 8601 writes it
/// (2018-09-20, 2018-09-20 14:03:11, 2018-09-20T14:03:11.5Z, ...+02:00; without a zone it is UTC).
/// Nothing for other text and for numbers beyond 64 bits. Decimals that do not fit are cut off,
/// towards the past.
std::optional<RowTime> parseRowTime(std::string_view text);

} // namespace flip
