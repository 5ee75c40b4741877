#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// The ids of a field, as the dataset numbers them: its unknown id, then the ids of its values.
struct IdField {
    std::string name;
    std::int64_t firstId = 0; // the unknown id
    std::int64_t ids = 0;     // number of ids after it
    std::int64_t width = 0;   // of its embeddings; 0 = the default, or that of the field it shares
    int shares = -1; // the field, with the same `ids`, whose rows it reads, n-th id for n-th
                     // id; -1 = its own. That field must not share another's rows
};

std::vector<std::string> namesOf(const std::vector<IdField>& fields);

/// The field whose rows a field reads, usually the field itself.
std::size_t leaderOf(const std::vector<IdField>& fields, std::size_t field);

/// Replaces the counts, [K], of ids that share a row across fields by their sum.
std::vector<std::int64_t> sharedCounts(std::vector<std::int64_t> counts,
                                       const std::vector<IdField>& fields);

/// The mapping from ids to rows of the id tables.
struct RowMapping {
    std::int64_t rows = 0;
    std::vector<std::int64_t> rowOfId; // [K]; if empty, the row of an id is the id

    /// The rows of a field, starting with its unknown id; the same for fields that share rows.
    struct Range {
        std::int64_t first = 0;
        std::int64_t count = 0;
    };
    std::vector<Range> fields; // empty if the fields are not known
};

/// `ids` is K. Ids in fewer than `minCount` training rows share the unknown row of their field. If
/// a field has more than `hashBuckets` remaining ids, it gets that many rows: half of them for its
/// most frequent ids, and each other id is hashed into one of the other rows; 0 = off. Fields that
/// share rows are treated as one, with summed counts. Row 0 is always the mask. `trainingCounts`
/// [K] may be empty if neither option is used.
RowMapping mapIdsToRows(std::int64_t ids, const std::vector<IdField>& fields,
                        const std::vector<std::int64_t>& trainingCounts, std::int64_t minCount,
                        std::int64_t hashBuckets);

/// Parses "movie_id = 16, gender = 4" into a width for each named field and 0 for the others. A
/// width is between 1 and `widest`; an invalid text is a Problem at id.field_dims.
Result<std::vector<std::int64_t>>
fieldWidths(const std::string& text, const std::vector<std::string>& fields, std::int64_t widest);

/// Checks that fields that share rows have the same width: a width given for such a field must be
/// that of the field whose rows it shares, which is also its default. `widths` comes from
/// fieldWidths(); a width of 0 means `widest`. Otherwise a Problem at id.field_dims.
Result<void> checkSharedWidths(const std::vector<IdField>& fields,
                               const std::vector<std::int64_t>& widths, std::int64_t widest);

} // namespace flip
