#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <vector>

namespace flip {

/// The id lists of a dataset's fields of kind Multi. In a row of ids, the number K + i refers to
/// the i-th list, where K is the number of ids.
struct IdLists {
    std::vector<std::int64_t> ends{0};   // [lists + 1], into `members`
    std::vector<std::int64_t> members;   // ids
    std::vector<std::int64_t> firstList; // [id fields], list of its first value; -1: no list field

    bool empty() const { return ends.size() == 1; }
};

IdLists idListsOf(const Dataset& dataset);

/// Only their `firstList`, without reading the lists.
std::vector<std::int64_t> firstListsOf(const Dataset& dataset);

} // namespace flip
