#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/import/raw_rows.h"
#include "core/data/records/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The clicks of the training rows: what a backbone with a history needs to read rows that are not
/// in the dataset. See ClickHistory.
class ClickLog {
public:
    /// The clicks of a dataset with times, with the values of these fields.
    static ClickLog of(const Dataset& dataset, int user, const std::vector<int>& items);

    /// Appends to the rows the clicks of their users, in the order of the dataset. Returns the
    /// times of all, rows first. A time too large for this log's decimals is a Problem.
    Result<std::vector<std::int64_t>> addTo(RawColumns& rows) const;

    int timeDecimals() const { return decimals_; }

    /// JSON lines: first the fields, then for each click a list of its time and values.
    std::string toText(const std::vector<FieldInfo>& fields) const;
    static Result<ClickLog> fromText(std::string_view text, const std::vector<FieldInfo>& fields,
                                     const std::string& where);

private:
    ClickLog() = default;
    void add(std::int64_t time, const std::vector<std::string_view>& values);

    std::vector<int> fields_;                        // the user field first
    std::vector<ValueDictionary> values_;            // one per field
    std::vector<std::vector<std::uint32_t>> codes_;  // [fields][clicks]
    std::vector<std::int64_t> times_;                // [clicks]
    int decimals_ = 0;                               // of times_
    std::vector<std::vector<std::uint32_t>> ofUser_; // [users], their clicks
};

} // namespace flip
