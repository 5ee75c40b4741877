#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

enum class Split : std::uint8_t { Train = 0, Valid = 1, Test = 2 };

std::string_view splitName(Split split); // "train", "valid", "test"

/// Where a field is used: as an id, as text in the sentence, or both.
enum class FieldUse { Both, Id, Text };

std::string_view fieldUseName(FieldUse use); // "both", "id", "text"
std::optional<FieldUse> fieldUseOf(std::string_view name);

/// How a field's values become ids.
enum class FieldKind {
    Category, // each value has an id
    Multi,    // a value is a list, each of its elements has an id
    Number,   // values are numbers, each bucket of them has an id
};

std::string_view fieldKindName(FieldKind kind); // "category", "multi", "number"
std::optional<FieldKind> fieldKindOf(std::string_view name);

/// One field of a dataset.
struct FieldInfo {
    std::string name;
    FieldUse use = FieldUse::Both;
    FieldKind kind = FieldKind::Category;
    std::string separator;    // between the elements of a list
    bool hasBrackets = false; // values of kind Multi may be lists in brackets, see
                              // forEachListElement(); otherwise they are split at the separator
                              // alone, as in datasets of older versions
    std::string shares;       // the field whose vocabulary it shares; empty: has its own
    std::int64_t values = 0;  // distinct values in all rows
    std::int64_t ids = 0;     // values, elements or buckets in the training split, without those
                              // below the minimum count
    std::int64_t firstId = 0; // this field's unknown id; the ids of its values follow
    double oovRate = 0;       // share of valid and test rows whose value has no id of its own

    std::int64_t emptyRows = 0; // rows without a value
    // Rows whose value does not fit the kind: not a number, or brackets that are not a list.
    std::int64_t misfitRows = 0;
    std::string misfit; // the first such value
};

} // namespace flip
