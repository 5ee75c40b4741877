#pragma once

#include "core/base/result.h"
#include "core/base/worker_pool.h"
#include "core/data/import/import_watch.h"
#include "core/data/import/row_source.h"
#include "core/data/import/row_time.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_files.h"
#include "core/data/import/vocabulary.h"
#include "core/data/records/bad_lines.h"
#include "core/data/records/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Rows that are not in the dataset: a file whose columns are named like the dataset's fields, or
/// raw files like those that the dataset was imported from.
struct RawInput {
    std::filesystem::path input;  // a table, or the folder or archive of an import's source
    std::filesystem::path source; // if `input` is a file like that of the first table: the folder
                                  // or archive with the others; else empty
};

/// Which columns are read.
struct WantedColumns {
    std::vector<bool> fields; // [fields]
    std::string time;         // the time column of a flat table; empty: no time is read
};

/// Some rows, column by column.
struct RawColumns {
    std::vector<ValueDictionary> values;           // [fields]; an unwanted one has one empty value
    std::vector<std::vector<std::uint32_t>> codes; // [fields][rows], indices into values
    std::vector<RowTime> times;                    // [rows], or empty

    explicit RawColumns(std::size_t fields) : values(fields), codes(fields) {}
    std::size_t rows() const { return codes.empty() ? 0 : codes.front().size(); }
};

/// Reads raw rows without labels, in the order of their file. If a joined table has no match for a
/// row, its values are empty. Owned by one thread.
class RawRows {
public:
    /// `schema` is the text of the schema file that the dataset was imported with. A missing wanted
    /// column is a Problem. Reads the joined tables.
    static Result<std::unique_ptr<RawRows>> open(const std::vector<FieldInfo>& fields,
                                                 const std::string& schema,
                                                 const WantedColumns& wanted, const RawInput& input,
                                                 const std::stop_token& stop);

    /// The next `most` rows, or fewer at the end of the file. `most` must be small enough for each
    /// field to have fewer than 2^32 - 1 distinct values in them.
    Result<RawColumns> next(std::size_t most);

    std::int64_t badLines() const { return badLines_.count(); }
    std::vector<Problem> firstBadLines() const;

    /// For each join, the rows that were looked up and those without a match.
    std::vector<JoinMatches> joins() const { return rows_->tally().joins; }

    std::int64_t bytesRead() const { return rows_->bytesRead(); }
    std::int64_t totalBytes() const { return totalBytes_; }

private:
    RawRows(Schema schema, std::vector<TableFile> files, const std::vector<bool>& wanted,
            const std::stop_token& stop);

    Result<void> add(const RowBatch& batch, std::size_t begin, std::size_t end,
                     RawColumns& columns) const;

    Schema schema_;
    std::vector<TableFile> files_;
    std::vector<int> fieldOf_; // [fields of the dataset], the schema's field, or -1
    std::int64_t totalBytes_;
    WorkerPool pool_;
    BadLines badLines_;
    ImportWatch watch_;
    std::unique_ptr<RowSource> rows_;
    std::span<RowBatch> wave_; // the batches not yet returned
    std::size_t row_ = 0;      // the next one of its first batch
};

/// Gives rows the ids of a vocabulary, for a dataset in memory. The first `rows` are in the test
/// split; the rest are clicks, in the training split. `times` has one entry per row, clicks
/// included, or is empty.
MemoryRows toMemoryRows(RawColumns columns, const Vocabulary& vocabulary, std::size_t rows,
                        std::vector<std::int64_t> times, int timeDecimals);

/// How many of the first `rows` have no known value in a field.
std::int64_t countUnknownRows(const MemoryRows::Field& field, std::size_t rows);

} // namespace flip
