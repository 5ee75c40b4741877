#include "core/data/import/time_column.h"

#include "core/base/files.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr const char* kWorkingName = "times";
constexpr const char* kFinerWorkingName = "finer-times";

Problem tooDifferent() {
    return {"the times differ too much in size to be kept exactly; write all of them in one unit, "
            "such as seconds",
            "time"};
}

} // namespace

Result<TimeColumn> TimeColumn::open(const std::filesystem::path& columnsFolder) {
    auto writer = ColumnWriter::open(columnsFolder, kWorkingName);
    if (!writer) {
        return writer.problem();
    }
    return TimeColumn(columnsFolder, std::move(*writer));
}

Result<void> TimeColumn::add(std::span<const RowTime> times) {
    int decimals = stretches_.back().decimals;
    for (const RowTime& time : times) {
        decimals = std::max(decimals, time.decimals);
    }
    if (decimals > stretches_.back().decimals) {
        stretches_.push_back({rows_, decimals});
    }
    scaled_.clear();
    for (const RowTime& time : times) {
        const auto digits = time.withDecimals(decimals);
        if (!digits) {
            return tooDifferent();
        }
        scaled_.push_back(*digits);
    }
    rows_ += times.size();
    return writer_.addNumbers(std::span<const std::int64_t>(scaled_));
}

Result<TimeColumn::Finished> TimeColumn::finish() {
    auto written = writer_.finish();
    if (!written) {
        return written.problem();
    }
    const int decimals = stretches_.back().decimals;
    if (stretches_.back().firstRow == 0) {
        return Finished{*written, decimals};
    }
    // Rows before the finest time was met are written again, with as many decimals.
    const auto coarse = MappedFile::open(folder_ / written->fileName());
    if (!coarse) {
        return coarse.problem();
    }
    const std::span rows(reinterpret_cast<const std::int64_t*>(coarse->data()), rows_);
    auto finer = ColumnWriter::open(folder_, kFinerWorkingName);
    if (!finer) {
        return finer.problem();
    }
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
        const std::size_t end = i + 1 < stretches_.size() ? stretches_[i + 1].firstRow : rows_;
        for (std::size_t row = stretches_[i].firstRow; row < end; ++row) {
            const auto digits = RowTime{rows[row], stretches_[i].decimals}.withDecimals(decimals);
            if (!digits) {
                return tooDifferent();
            }
            if (auto done = finer->addNumber(*digits); !done) {
                return done.problem();
            }
        }
    }
    auto file = finer->finish();
    if (!file) {
        return file.problem();
    }
    std::error_code ignored;
    if (file->hash != written->hash) { // as zeros alone would have
        std::filesystem::remove(folder_ / written->fileName(), ignored);
    }
    return Finished{*file, decimals};
}

} // namespace flip
