#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A field's place in the id space, as the dataset numbers it: the unknown id, then its values'.
struct IdField {
    std::string name;
    std::int64_t firstId = 0; // the unknown one
    std::int64_t ids = 0;     // that follow it
    std::int64_t width = 0; // of its vectors; 0 = as all others, or as those of the field it shares
    int shares = -1; // the field, of the same `ids`, whose rows it reads: its n-th id has the row
                     // of that field's n-th; -1: its own. That field shares no other's
};

std::vector<std::string> namesOf(const std::vector<IdField>& fields);

/// The field whose rows a field reads, itself most often.
std::size_t leaderOf(const std::vector<IdField>& fields, std::size_t field);

/// Counts of ids, [K], where all ids of one row have their sum, as far as fields share their rows.
std::vector<std::int64_t> sharedCounts(std::vector<std::int64_t> counts,
                                       const std::vector<IdField>& fields);

/// How ids become rows of the id tables.
struct TableForm {
    std::int64_t rows = 0;
    std::vector<std::int64_t> rowOfId; // [K]; empty: an id's row is its number

    /// The rows of a field, its unknown id's first; fields that share them have the same ones.
    struct Range {
        std::int64_t first = 0;
        std::int64_t count = 0;
    };
    std::vector<Range> fields; // empty where nothing is known of the fields
};

/// `ids` K. Ids of fewer than `minCount` training rows share their field's unknown row. A field
/// with more than `hashBuckets` ids left shares that many rows: half belong to its most frequent
/// ids, the hash of its number puts each other id into one of the rest; 0 = off. Fields that share
/// their rows are as one in this, their counts summed. Row 0 stays the mask's. `trainingCounts` [K]
/// may be empty where neither is asked for.
TableForm tableForm(std::int64_t ids, const std::vector<IdField>& fields,
                    const std::vector<std::int64_t>& trainingCounts, std::int64_t minCount,
                    std::int64_t hashBuckets);

/// Reads "movie_id = 16, gender = 4": a width for each of the fields that it names, 0 for others. A
/// width lies between 1 and `widest`; what cannot be read is a Problem at id.field_dims.
Result<std::vector<std::int64_t>>
fieldWidths(const std::string& text, const std::vector<std::string>& fields, std::int64_t widest);

/// Whether fields that share their rows have one width: where such a field is given one of its own,
/// it must be that of the field it shares, which it has without that too. `widths` as fieldWidths()
/// gives them, `widest` what a width of 0 means. A Problem at id.field_dims.
Result<void> checkSharedWidths(const std::vector<IdField>& fields,
                               const std::vector<std::int64_t>& widths, std::int64_t widest);

} // namespace flip
