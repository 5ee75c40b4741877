#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flip {

/// The time of a row, exactly as it was written: digits / 10^decimals, in the unit of the source.
/// Dates are seconds since 1970 in UTC.
struct RowTime {
    static constexpr int kMaxDecimals = 18;

    std::int64_t digits = 0;
    int decimals = 0;   // no more than needed
    bool isCut = false; // more decimals were written; the true time is a little later

    bool operator==(const RowTime&) const = default;

    /// The digits for another number of decimals. Fewer decimals round down, towards the past;
    /// nothing if more do not fit in 64 bits.
    std::optional<std::int64_t> withDecimals(int wanted) const;
};

/// Parses a number (1537401600, 1537401600.25, 1.5e9), or a date and time in ISO 8601 (2018-09-20,
/// 2018-09-20 14:03:11, 2018-09-20T14:03:11.5Z, ...+02:00; UTC if there is no zone). Nothing for
/// other text and for numbers beyond 64 bits. Decimals that do not fit are cut off, towards the
/// past.
std::optional<RowTime> parseRowTime(std::string_view text);

} // namespace flip
