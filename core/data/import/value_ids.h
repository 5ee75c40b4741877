#pragma once

#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The id of each value of a field, counted from 1; 0 is the unknown id.
struct ValueIds {
    std::int64_t ids = 0;              // number of ids
    std::vector<std::int64_t> ofValue; // [values]; for a list, of its first known element

    // For lists only:
    ValueDictionary elements;
    std::vector<std::uint64_t> ends{0}; // [values + 1], into `inLists`
    std::vector<std::int64_t> inLists;  // ids of each value's known elements; 0 if none is known
};

/// How many training rows hold each value, and the order in which the values first occur there.
struct TrainingCounts {
    std::vector<std::int64_t> rows;      // [values]
    std::vector<std::uint32_t> firstMet; // values in the order of their first row, each once

    /// The first training row of each of `firstMet`. Only idsOfShared() needs it.
    std::vector<std::int64_t> firstRows;
};

/// An id for each value that at least `minCount` training rows hold, in the order in which they
/// first occur.
ValueIds idsOfCategories(const TrainingCounts& counts, std::int64_t minCount);

/// The same for the elements of values that are lists, "Drama|War". Empty elements are skipped; an
/// element that a list repeats counts once.
ValueIds idsOfLists(const ValueDictionary& values, const TrainingCounts& counts,
                    std::int64_t minCount, std::string_view separator);

/// One of several fields that share a vocabulary: its values are lists if it has a separator,
/// otherwise categories.
struct SharingField {
    const ValueDictionary& values;
    TrainingCounts counts; // with firstRows
    std::string separator; // of the elements of a list; empty: no lists
};

/// The same ids for the same values, or list elements, in all fields. Each value that occurs at
/// least `minCount` times in the training rows, over all fields together, gets an id, in the order
/// of its first row and within a row in the order of the fields. A value that is known in one field
/// is known in all. `ids` is the same for all; [fields], or nothing if there are more values than a
/// ValueDictionary can hold.
std::optional<std::vector<ValueIds>> idsOfShared(std::span<const SharingField> fields,
                                                 std::int64_t minCount);

/// An id for each of at most `buckets` ranges of numbers with about equally many training rows. Ids
/// ascend with the numbers; the first and the last range are unbounded. A value that is not a
/// finite number gets the unknown id.
ValueIds idsOfNumbers(const ValueDictionary& values, const TrainingCounts& counts,
                      std::int64_t buckets);

} // namespace flip
