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

/// What users clicked in the training rows: all that a backbone with a history needs of them to
/// read rows that are not in the dataset. See ClickHistory.
class ClickLog {
public:
    /// The clicks of a dataset with times, of the values of these fields.
    static ClickLog of(const Dataset& dataset, int user, const std::vector<int>& items);

    /// Behind the rows, the clicks of the users that they hold, in the order of the dataset;
    /// returns the times of all of them, rows first. A time that does not fit is a Problem.
    Result<std::vector<std::int64_t>> addTo(RawColumns& rows) const;

    int timeDecimals() const { return decimals_; }

    /// JSON lines: the fields, then a list for each click, its time and values.
    std::string toText(const std::vector<FieldInfo>& fields) const;
    static Result<ClickLog> fromText(std::string_view text, const std::vector<FieldInfo>& fields,
                                     const std::string& where);

private:
    ClickLog() = default;
    void add(std::int64_t time, const std::vector<std::string_view>& values);

    std::vector<int> fields_;                        // the user's first
    std::vector<ValueDictionary> values_;            // as fields_
    std::vector<std::vector<std::uint32_t>> codes_;  // as fields_, [clicks]
    std::vector<std::int64_t> times_;                // [clicks]
    int decimals_ = 0;                               // of the times
    std::vector<std::vector<std::uint32_t>> ofUser_; // [values of the user], clicks
};

} // namespace flip
