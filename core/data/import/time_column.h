#pragma once

#include "core/base/result.h"
#include "core/data/import/column_writer.h"
#include "core/data/import/row_time.h"

#include <filesystem>
#include <span>

namespace flip {

/// The times of a dataset in the making: whole numbers of 10^-decimals of the source's unit, with
/// as many decimals as the finest of them has. Owned by one thread.
class TimeColumn {
public:
    static Result<TimeColumn> open(const std::filesystem::path& columnsFolder);

    /// A Problem where times are so different that no whole numbers hold all of them.
    Result<void> add(std::span<const RowTime> times);

    struct Finished {
        ColumnFile file; // std::int64_t [rows]
        int decimals = 0;
    };

    /// Nothing may be added afterwards.
    Result<Finished> finish();

private:
    TimeColumn(std::filesystem::path folder, ColumnWriter writer)
        : folder_(std::move(folder)), writer_(std::move(writer)) {}

    /// The rows from here on were written with so many decimals.
    struct Stretch {
        std::size_t firstRow = 0;
        int decimals = 0;
    };

    std::filesystem::path folder_;
    ColumnWriter writer_;
    std::size_t rows_ = 0;
    std::vector<Stretch> stretches_{Stretch{}}; // each with more decimals than the last
    std::vector<std::int64_t> scaled_;          // of the rows being added
};

} // namespace flip
