#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// What each user clicked, in the order of time: the training rows with label 1, found by user.
/// Rows of the other splits are never looked at but for their user and time. Immutable after
/// construction; any thread.
class ClickHistory {
public:
    /// Users are the values of the dataset's field `user`; an empty value is nobody and has no
    /// history. The dataset must have times and must outlive it. O(n log n).
    ClickHistory(const Dataset& dataset, int user);

    /// The clicks of the row's user strictly before the row's time, the latest `limit` of them,
    /// oldest first; clicks of one moment in the order of the source. O(log n).
    std::span<const std::int64_t> before(std::int64_t row, std::int64_t limit) const;

private:
    const Dataset& dataset_;
    int user_;
    std::vector<std::int64_t> starts_; // [values + 1] into clicks_
    std::vector<std::int64_t> clicks_; // rows, user by user, by time
};

} // namespace flip
