#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// What each user clicked, in order of time: the training rows with label 1, indexed by user. Of
/// the rows of other splits only user and time are read. Immutable after construction; any thread.
class ClickHistory {
public:
    /// Users are the values of the dataset's field `user`; rows with an empty value have no
    /// history. The dataset must have times and must outlive this object. O(n log n).
    ClickHistory(const Dataset& dataset, int user);

    /// The rows of the latest `limit` clicks of the row's user strictly before the row's time,
    /// oldest first; clicks at the same time in source order. O(log n).
    std::span<const std::int64_t> before(std::int64_t row, std::int64_t limit) const;

private:
    const Dataset& dataset_;
    int user_;
    std::vector<std::int64_t> starts_; // [values + 1] into clicks_
    std::vector<std::int64_t> clicks_; // rows, grouped by user, sorted by time
};

} // namespace flip
