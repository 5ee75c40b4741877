#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/field_info.h"
#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The ids of the values of one field.
struct FieldVocabulary {
    FieldInfo info;        // firstId is the unknown id; the others follow
    ValueDictionary known; // values, or elements of lists, in the order of their ids; none for a
                           // field of numbers or one used as text only
    std::vector<double> bounds;       // for numbers: the smallest of each range but the first
    std::vector<std::int64_t> counts; // [1 + ids], training rows that hold each id
};

/// The ids of a dataset without its rows: what a model needs to read rows that are not in it.
class Vocabulary {
public:
    /// Reads all columns of the fields that are used as ids. A dataset whose ids do not match its
    /// values is a Problem.
    static Result<Vocabulary> of(const Dataset& dataset);

    const std::vector<FieldVocabulary>& fields() const { return fields_; }
    std::int64_t idCount() const { return idCount_; } // K, the mask and the unknown ids included
    std::vector<std::int64_t> trainingCounts() const; // [K]

    /// The id of a value of kind Category or Number; the field's unknown id if it has none.
    std::int64_t idOf(std::size_t field, std::string_view value) const;

    /// The ids of a list's known elements, in their order and without duplicates; only the unknown
    /// id if none is known. For other kinds, idOf().
    std::vector<std::int64_t> idsOf(std::size_t field, std::string_view list) const;

    std::string toJson() const;
    static Result<Vocabulary> fromJson(std::string_view json, const std::string& where);

private:
    std::vector<FieldVocabulary> fields_;
    std::int64_t idCount_ = 0;
};

} // namespace flip
