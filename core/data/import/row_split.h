#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/data/import/import.h"

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// A Problem if the plan's shares make no split or its file is not there.
Result<void> checkSplitPlan(const SplitPlan& plan);

/// A file of the first table: the part that its name says, and how many rows are from it.
struct FilePart {
    Split split = Split::Train;
    std::int64_t rows = 0;
};

/// The split of each row. `times` has one entry a row where the plan goes by time, `parts` all rows
/// where it goes by files. Of n rows the
/// first floor(train * n) train, those up to floor((train + valid) * n) validate, the rest tests;
/// at least one row trains.
Result<std::vector<Split>> splitRows(const SplitPlan& plan, std::int64_t rows,
                                     std::span<const std::int64_t> times,
                                     std::span<const FilePart> parts = {});

} // namespace flip
