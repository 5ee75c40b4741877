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

/// What gives the values of one field their ids.
struct FieldVocabulary {
    FieldInfo info;        // firstId is the unknown value's; the others follow
    ValueDictionary known; // values, or elements of lists, in the order of their ids; of a field of
                           // numbers, or of words alone, none
    std::vector<double> bounds;       // of numbers: the least of each range but the first
    std::vector<std::int64_t> counts; // [1 + ids], training rows that hold each id
};

/// The ids of a dataset without its rows: what a model needs to read rows that are not in it.
class Vocabulary {
public:
    /// Reads all columns of the fields that serve as ids. A dataset whose ids do not fit its values
    /// is a Problem.
    static Result<Vocabulary> of(const Dataset& dataset);

    const std::vector<FieldVocabulary>& fields() const { return fields_; }
    std::int64_t idCount() const { return idCount_; } // K, the mask and the unknown ids included
    std::vector<std::int64_t> trainingCounts() const; // [K]

    /// The id of a value of kind Category or Number; the field's unknown id where it has none.
    std::int64_t idOf(std::size_t field, std::string_view value) const;

    /// The ids of a list's known elements, each once, in its order; the unknown id alone where none
    /// is known. Of other kinds idOf() alone.
    std::vector<std::int64_t> idsOf(std::size_t field, std::string_view list) const;

    std::string toJson() const;
    static Result<Vocabulary> fromJson(std::string_view json, const std::string& where);

private:
    std::vector<FieldVocabulary> fields_;
    std::int64_t idCount_ = 0;
};

} // namespace flip
