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

/// Rows that are not in the dataset: a file whose columns are named as the dataset's fields, or raw
/// files as the dataset was imported from.
struct RawInput {
    std::filesystem::path input;  // a table, or the folder or archive of an import's source
    std::filesystem::path source; // where `input` is a file in the form of the first table: the
                                  // folder or archive with the others; else empty
};

/// What must be read of the rows.
struct WantedColumns {
    std::vector<bool> fields; // [fields]
    std::string time;         // of a flat table, the column; empty: no time is read
};

/// Some rows, column by column.
struct RawColumns {
    std::vector<ValueDictionary> values;           // [fields]; of those not wanted one, empty
    std::vector<std::vector<std::uint32_t>> codes; // [fields][rows], indices of values
    std::vector<RowTime> times;                    // [rows], or empty

    explicit RawColumns(std::size_t fields) : values(fields), codes(fields) {}
    std::size_t rows() const { return codes.empty() ? 0 : codes.front().size(); }
};

/// Reads raw rows in the order of their file, without a label. Of a joined table that has no match
/// for a row the values are empty. Owned by one thread.
class RawRows {
public:
    /// `schema` is the text of the schema file that the dataset was imported by. A wanted column
    /// that is not there is a Problem. Joined tables are read here.
    static Result<std::unique_ptr<RawRows>> open(const std::vector<FieldInfo>& fields,
                                                 const std::string& schema,
                                                 const WantedColumns& wanted, const RawInput& input,
                                                 const std::stop_token& stop);

    /// The next rows, `most` of them or, at the end of the file, fewer. Each field holds less than
    /// 2^32 distinct values of them.
    Result<RawColumns> next(std::size_t most);

    std::int64_t badLines() const { return badLines_.count(); }
    std::vector<Problem> firstBadLines() const;

    /// Rows that found no match in each joined table.
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
    std::span<RowBatch> wave_; // not read to its end
    std::size_t row_ = 0;      // of its first batch
};

/// Rows with the ids of a vocabulary, as a dataset in memory holds them: the first `rows` of the
/// test split, what stands behind them clicks of the training split. `times` is for all or empty.
MemoryRows numbered(RawColumns columns, const Vocabulary& vocabulary, std::size_t rows,
                    std::vector<std::int64_t> times, int timeDecimals);

/// How many of the first `rows` have no known value in a field.
std::int64_t unknownRows(const MemoryRows::Field& field, std::size_t rows);

} // namespace flip
