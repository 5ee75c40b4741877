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

/// The times of a dataset in the making: whole numbers of 10^-decimals of the source's unit, with
/// as many decimals as the finest of them has, or the most with which all of them fit 64 bits; what
/// is finer is cut off towards the past. Owned by one thread.
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

    /// Rows that were written with the same number of decimals, up to the next stretch.
    struct Stretch {
        std::size_t firstRow = 0;
        int decimals = 0;
        std::int64_t least = 0; // of their digits, or 0
        std::int64_t most = 0;  // of their digits, or 0

        bool fits(int decimals) const;
    };

    int decimalsOfAll() const;
    Result<ColumnFile> writeAgain(const ColumnFile& written, int decimals);

    std::filesystem::path folder_;
    ColumnWriter writer_;
    std::size_t rows_ = 0;
    int finest_ = 0;                                                  // decimals that any time has
    std::array<std::int64_t, RowTime::kMostDecimals + 2> rowsWith_{}; // by decimals; the last: more
    std::vector<Stretch> stretches_{Stretch{}}; // few: decimals rise with the finest time and fall
                                                // with the largest, each time for good
    std::vector<std::int64_t> scaled_;          // of the rows being added
};

} // namespace flip
