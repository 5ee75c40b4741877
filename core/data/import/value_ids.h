#pragma once

#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Which id each value of a field gets, counted from 1; 0 is the unknown value's.
struct ValueIds {
    std::int64_t ids = 0;              // given out
    std::vector<std::int64_t> ofValue; // [values]; of a list that of its first known element

    // Of lists only:
    ValueDictionary elements;
    std::vector<std::uint64_t> ends{0}; // [values + 1], into `inLists`
    std::vector<std::int64_t> inLists; // the known elements of each value; 0 alone if none is known
};

/// How often each value stands in the training rows, and in which order they first hold them.
struct TrainingCounts {
    std::vector<std::int64_t> rows;      // [values]
    std::vector<std::uint32_t> firstMet; // values, each once

    /// The training row that first holds each of `firstMet`. Only idsOfShared() asks for it.
    std::vector<std::int64_t> firstRows;
};

/// An id for each value that at least `minCount` training rows hold, in the order in which those
/// rows first hold them.
ValueIds idsOfCategories(const TrainingCounts& counts, std::int64_t minCount);

/// The same for the elements of values that are lists, "Drama|War"; empty elements do not count, an
/// element that a list names twice counts once.
ValueIds idsOfLists(const ValueDictionary& values, const TrainingCounts& counts,
                    std::int64_t minCount, std::string_view separator);

/// A field of several with one vocabulary: its values are categories, or lists where it has a
/// separator.
struct SharingField {
    const ValueDictionary& values;
    TrainingCounts counts; // firstRows included
    std::string separator; // between the elements of a list; empty: no lists
};

/// The same id for the same value, or element of a list, of all fields: for each that is held at
/// least `minCount` times, over the training rows of all fields together, in the order in which
/// those rows first hold them, and within a row in the order of the fields. What another field's
/// rows make known is known in each. `ids` is the same for all; [fields], or nothing where there
/// are more values than ValueDictionary takes.
std::optional<std::vector<ValueIds>> idsOfShared(std::span<const SharingField> fields,
                                                 std::int64_t minCount);

/// An id for each of at most `buckets` ranges of numbers that hold about equally many training
/// rows. Ids ascend with the numbers; the first and the last range are open. What is no finite
/// number is unknown.
ValueIds idsOfNumbers(const ValueDictionary& values, const TrainingCounts& counts,
                      std::int64_t buckets);

} // namespace flip
