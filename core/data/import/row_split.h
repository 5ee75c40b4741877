#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/data/import/import.h"

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// A Problem if the plan's shares are invalid or its file does not exist.
Result<void> checkSplitPlan(const SplitPlan& plan);

/// A file of the first table: the split that its name stands for, and how many rows it has.
struct FilePart {
    Split split = Split::Train;
    std::int64_t rows = 0;
};

/// The split of each row. A split by time needs one entry of `times` per row; a split by files
/// needs `parts` that cover all rows. Of n rows the first floor(train * n) train, those up to
/// floor((train + valid) * n) validate, and the rest test; at least one row trains.
Result<std::vector<Split>> splitRows(const SplitPlan& plan, std::int64_t rows,
                                     std::span<const std::int64_t> times,
                                     std::span<const FilePart> parts = {});

} // namespace flip
