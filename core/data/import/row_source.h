#pragma once

#include "core/base/result.h"
#include "core/base/worker_pool.h"
#include "core/data/import/dimension_table.h"
#include "core/data/import/import_watch.h"
#include "core/data/import/label_check.h"
#include "core/data/import/label_counts.h"
#include "core/data/import/row_time.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_source.h"
#include "core/data/import_tally.h"
#include "core/data/records/bad_lines.h"
#include "core/data/records/record_stream.h"
#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The usable rows among the records of a batch.
struct RowBatch {
    static constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

    const RecordBatch* records = nullptr;
    std::vector<std::uint32_t> kept;                // [rows], indices of records
    std::vector<std::uint8_t> positives;            // [rows], 1 or 0
    std::vector<RowTime> times;                     // [rows]; empty without a time column
    std::vector<std::vector<std::uint32_t>> joined; // [tables][rows], the joined row, or kNoRow
    std::vector<std::vector<ValueKey>> keys;  // [fields][rows], of fields that are a column of the
                                              // streamed table; empty for others
    std::vector<RecordBatch::Defect> defects; // lines that were left out, in file order
    std::int64_t dropped = 0;                 // by the drop rule
    std::int64_t unmatched = 0;               // left out by a join
    std::vector<std::int64_t> lookedUp;       // [joins], rows whose key was looked up
    std::vector<std::int64_t> missing;        // [joins], of these, rows whose key is missing
    LabelCounts unnamed;                      // labels that no rule names

    std::size_t rows() const { return kept.size(); }
};

/// Reads the usable rows of a schema, wave by wave: streams the first table, joins the others,
/// which are in memory, parses label and time and applies the drop rule. Memory is bounded by the
/// joined tables. Owned by one thread; const members may be called from any.
class RowSource {
public:
    /// The schema, `pool`, `badLines` and `watch` must outlive it. With `strict` a bad line is a
    /// Problem.
    static Result<std::unique_ptr<RowSource>> open(const Schema& schema,
                                                   const std::vector<TableFile>& files, bool strict,
                                                   WorkerPool& pool, BadLines& badLines,
                                                   ImportWatch& watch);

    /// The next batches, in the order of the file; empty at the end. They live until the next call.
    Result<std::span<RowBatch>> next();

    /// Reads the next wave's bytes while this wave is used; one thread at a time, any thread.
    void readAhead() { stream_->readAhead(); }

    /// Of the streamed table.
    std::int64_t bytesRead() const { return bytesBefore_ + table_.format().bytesRead(); }

    /// Which of the streamed table's files the last batches are from.
    std::size_t file() const { return file_; }

    /// A field's value. The view points into the batch, a joined table or `scratch`.
    std::string_view value(std::size_t field, const RowBatch& batch, std::size_t row,
                           std::string& scratch) const {
        return read(fields_[field], batch, row, scratch);
    }

    /// The joined table that a field's values come from; nothing if it is the streamed table.
    std::optional<std::size_t> joinedTable(std::size_t field) const {
        const std::size_t table = fields_[field].table;
        return table == 0 ? std::nullopt : std::optional(table);
    }

    /// What was left out so far, and the labels that no rule names.
    ImportTally tally() const;

private:
    /// The position of a value: a table and a cell, both by index.
    struct CellPosition {
        std::size_t table;
        std::size_t cell;
    };
    struct Join {
        CellPosition left;
        std::size_t right; // table
        bool keepAll;
    };

    RowSource(const Schema& schema, const TableFile& file, TableSource table, bool strict,
              WorkerPool& pool, BadLines& badLines)
        : schema_(schema), firstFile_(file), table_(std::move(table)), strict_(strict), pool_(pool),
          check_(schema.label), badLines_(badLines), unnamed_(check_) {}

    Result<void> openNext();

    template <class Named>
    Result<CellPosition> position(const TableSource& source, std::size_t table, const Named& named);
    Result<void> locateLabel(const TableSource& source, std::size_t table);
    Result<void> locateColumns(const TableSource& source, std::size_t table);
    Result<void> loadJoined(const TableFile& file, std::size_t table, const JoinSchema& join,
                            ImportWatch& watch);
    Result<void> loadFile(const TableSource& source, std::size_t table, ImportWatch& watch,
                          std::int64_t bytesBefore);
    Result<void> note(const std::string& file, std::int64_t firstLine,
                      std::span<const RecordBatch::Defect> defects);
    void select(RowBatch& rows) const;
    std::vector<JoinMatches> joinMatches() const;
    bool readJoins(RowBatch& rows, std::size_t record, std::vector<std::uint32_t>& joined) const;
    std::string_view read(const CellPosition& position, const RowBatch& batch, std::size_t row,
                          std::string& scratch) const;
    std::string_view readRecord(const CellPosition& position, const RecordBatch& records,
                                std::size_t record, std::span<const std::uint32_t> joined,
                                std::string& scratch) const;

    // Constant after opening.
    const Schema& schema_;
    const TableFile& firstFile_; // of table 0
    TableSource table_;          // table 0, its current file
    const bool strict_;
    WorkerPool& pool_;
    std::vector<std::vector<CellColumns>> cells_; // [table], the needed ones
    std::vector<DimensionTable> tables_;          // [table]; that of table 0 stays empty
    std::vector<Join> joins_;
    CellPosition label_{};
    LabelCheck check_;
    std::optional<CellPosition> timePosition_;
    std::vector<CellPosition> fields_;

    BadLines& badLines_;
    std::size_t file_ = 0;         // of table 0
    std::int64_t bytesBefore_ = 0; // in the files before file_
    std::unique_ptr<RecordStream> stream_;
    std::vector<RowBatch> wave_;
    std::int64_t droppedRows_ = 0;
    std::int64_t unmatchedRows_ = 0;
    std::vector<TableLines> lines_;      // [table]
    std::vector<std::int64_t> lookedUp_; // [joins]
    std::vector<std::int64_t> missing_;  // [joins]
    UnnamedLabels unnamed_;
};

} // namespace flip
