#pragma once

#include "core/eval/row_groups.h"
#include "core/spec/run_event.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// AUC within the groups of rows that share a value, and how many rows it covers.
struct GroupedAuc {
    std::optional<double> auc; // 0 to 1; absent if no group has both classes
    std::int64_t groups = 0;
    std::int64_t groupsUsed = 0; // those with both classes
    std::int64_t rows = 0;
    std::int64_t rowsUsed = 0; // rows of the groups used
};

/// GAUC = sum of w_g AUC_g / sum of w_g over the groups g that have both classes, w_g the number of
/// rows of g (Zhu et al., "Optimized Cost per Click in Taobao Display Advertising", KDD 2017; Zhou
/// et al., "Deep Interest Network", KDD 2018). AUC_g is that of areaUnderCurve(). With users as
/// groups it measures how well each user's rows are ranked, regardless of differences between
/// users. Not defined if no group has both classes or a score is NaN. Spans are [rows].
GroupedAuc groupedAuc(std::span<const double> scores, std::span<const std::uint8_t> labels,
                      const RowGroups& groups);

/// The metrics of the rows with one value.
struct Slice {
    std::uint32_t code = 0; // of the value
    Metrics metrics;
};

struct Slices {
    std::vector<Slice> largest; // most rows first; ties: lower code first
    std::int64_t otherValues = 0;
    Metrics others; // of all rows with the other values
};

/// Metrics of logits by value: one slice for each of the `most` most frequent values.
Slices sliceMetrics(std::span<const double> logits, std::span<const std::uint8_t> labels,
                    const RowGroups& groups, std::size_t most);

} // namespace flip
