#pragma once

#include "core/base/result.h"
#include "core/data/import/column_writer.h"
#include "core/data/import/row_time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace flip {

/// The times of a dataset that is being imported: whole multiples of 10^-decimals of the source's
/// unit, with as many decimals as the finest time has, or as many as let all times fit in 64 bits;
/// finer digits are cut off towards the past. Owned by one thread.
class TimeColumn {
public:
    static Result<TimeColumn> open(const std::filesystem::path& columnsFolder);

    Result<void> add(std::span<const RowTime> times);

    struct Finished {
        ColumnFile file; // std::int64_t [rows]
        int decimals = 0;
        std::int64_t cutTimes = 0; // rows whose time was written with more decimals
    };

    /// Nothing may be added afterwards.
    Result<Finished> finish();

private:
    TimeColumn(std::filesystem::path folder, ColumnWriter writer)
        : folder_(std::move(folder)), writer_(std::move(writer)) {}

    /// Consecutive rows that were stored with the same number of decimals.
    struct Stretch {
        std::size_t firstRow = 0;
        int decimals = 0;
        std::int64_t least = 0; // smallest of their digits, or 0
        std::int64_t most = 0;  // largest of their digits, or 0

        bool fits(int decimals) const;
    };

    int decimalsOfAll() const;
    Result<ColumnFile> rescale(const ColumnFile& written, int decimals);

    std::filesystem::path folder_;
    ColumnWriter writer_;
    std::size_t rows_ = 0;
    int finest_ = 0;                                                 // most decimals of any time
    std::array<std::int64_t, RowTime::kMaxDecimals + 2> rowsWith_{}; // by decimals; the last: more
    std::vector<Stretch> stretches_{Stretch{}}; // few: decimals rise only with a new finest time
                                                // and fall only with a new largest one
    std::vector<std::int64_t> scaled_;          // of the rows being added
};

} // namespace flip
