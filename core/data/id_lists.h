#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <vector>

namespace flip {

/// The lists of ids of a dataset's fields of kind Multi. In a row of ids the number K + i stands
/// for the i-th of them, K being the number of ids.
struct IdLists {
    std::vector<std::int64_t> ends{0};   // [lists + 1], into `members`
    std::vector<std::int64_t> members;   // ids
    std::vector<std::int64_t> firstList; // [id fields], of the field's first value; -1: no lists

    bool empty() const { return ends.size() == 1; }
};

IdLists idListsOf(const Dataset& dataset);

/// Only their `firstList`, which needs no look at the lists.
std::vector<std::int64_t> firstListsOf(const Dataset& dataset);

} // namespace flip
