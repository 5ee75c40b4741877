#include "core/data/import/time_column.h"

#include "core/base/files.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr const char* kWorkingName = "times";
constexpr const char* kRescaledWorkingName = "rescaled-times";

} // namespace

Result<TimeColumn> TimeColumn::open(const std::filesystem::path& columnsFolder) {
    auto writer = ColumnWriter::open(columnsFolder, kWorkingName);
    if (!writer) {
        return writer.problem();
    }
    return TimeColumn(columnsFolder, std::move(*writer));
}

bool TimeColumn::Stretch::fits(int wanted) const {
    return RowTime{least, decimals}.withDecimals(wanted) &&
           RowTime{most, decimals}.withDecimals(wanted);
}

/// The decimals of the finest time, or the most with which all times so far fit.
int TimeColumn::decimalsOfAll() const {
    int decimals = finest_;
    for (const Stretch& stretch : stretches_) {
        while (!stretch.fits(decimals)) {
            --decimals;
        }
    }
    return decimals;
}

Result<void> TimeColumn::add(std::span<const RowTime> times) {
    for (const RowTime& time : times) {
        finest_ = std::max(finest_, time.decimals);
        const int written = time.isCut ? RowTime::kMaxDecimals + 1 : time.decimals;
        ++rowsWith_.at(static_cast<std::size_t>(written));
    }
    int decimals = decimalsOfAll();
    for (const RowTime& time : times) {
        while (!time.withDecimals(decimals)) {
            --decimals;
        }
    }
    if (stretches_.back().firstRow == rows_) {
        stretches_.back().decimals = decimals; // it has no row yet
    } else if (decimals != stretches_.back().decimals) {
        stretches_.push_back({rows_, decimals});
    }
    Stretch& stretch = stretches_.back();
    scaled_.clear();
    for (const RowTime& time : times) {
        scaled_.push_back(*time.withDecimals(decimals));
        stretch.least = std::min(stretch.least, scaled_.back());
        stretch.most = std::max(stretch.most, scaled_.back());
    }
    rows_ += times.size();
    return writer_.addNumbers(std::span<const std::int64_t>(scaled_));
}

Result<TimeColumn::Finished> TimeColumn::finish() {
    const auto written = writer_.finish();
    if (!written) {
        return written.problem();
    }
    Finished finished{*written, decimalsOfAll()};
    for (std::size_t more = static_cast<std::size_t>(finished.decimals) + 1;
         more < rowsWith_.size(); ++more) {
        finished.cutTimes += rowsWith_[more];
    }
    // Rows may be stored with fewer decimals, or with more than later rows allow.
    const bool isUniform = std::ranges::all_of(stretches_, [&](const Stretch& stretch) {
        return stretch.decimals == finished.decimals || stretch.firstRow == rows_;
    });
    if (isUniform) {
        return finished;
    }
    const auto file = rescale(*written, finished.decimals);
    if (!file) {
        return file.problem();
    }
    finished.file = *file;
    return finished;
}

Result<ColumnFile> TimeColumn::rescale(const ColumnFile& written, int decimals) {
    const auto before = MappedFile::open(folder_ / written.fileName());
    if (!before) {
        return before.problem();
    }
    const std::span rows(reinterpret_cast<const std::int64_t*>(before->data()), rows_);
    auto rescaled = ColumnWriter::open(folder_, kRescaledWorkingName);
    if (!rescaled) {
        return rescaled.problem();
    }
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
        const std::size_t end = i + 1 < stretches_.size() ? stretches_[i + 1].firstRow : rows_;
        for (std::size_t row = stretches_[i].firstRow; row < end; ++row) {
            const RowTime time{rows[row], stretches_[i].decimals};
            if (auto done = rescaled->addNumber(*time.withDecimals(decimals)); !done) {
                return done.problem();
            }
        }
    }
    auto file = rescaled->finish();
    std::error_code ignored;
    if (file && file->hash != written.hash) { // equal if all times are 0
        std::filesystem::remove(folder_ / written.fileName(), ignored);
    }
    return file;
}

} // namespace flip
