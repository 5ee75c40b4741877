#pragma once

#include "core/base/result.h"
#include "core/data/dimension_table.h"
#include "core/data/import_watch.h"
#include "core/data/schema_file.h"
#include "core/data/table_reader.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The usable rows of a schema, one after the other: the first table streams, the joined ones are
/// in memory; label and time are read, the drop rule is applied. Memory is bounded by the joined
/// tables. Owned by one thread.
class RowSource {
public:
    /// The schema, `badLines` and `watch` must outlive it.
    static Result<RowSource> open(const Schema& schema,
                                  const std::vector<std::filesystem::path>& files,
                                  BadLines& badLines, ImportWatch& watch);

    /// Goes to the next usable row; false at the end.
    Result<bool> next();

    bool positive() const { return positive_; }
    std::int64_t time() const { return time_; } // whole seconds or whatever the column counts
    std::string_view value(std::size_t field);  // lives until the next call of any member

    /// The row of the joined table that a field's value comes from: equal rows, equal values.
    /// -1: not matched; nothing: the field stands in the streamed table.
    std::optional<std::int64_t> joinedRow(std::size_t field) const;

    std::int64_t droppedRows() const { return droppedRows_; }     // by the drop rule
    std::int64_t unmatchedRows() const { return unmatchedRows_; } // left out by a join
    std::int64_t repeatedKeys() const { return repeatedKeys_; }   // of joined tables, left out

private:
    /// Where a value stands: a cell of a table, both by index.
    struct Place {
        std::size_t table;
        std::size_t cell;
    };
    struct Join {
        Place left;
        std::size_t right; // table
        bool keepAll;
    };

    RowSource(const Schema& schema, TableReader reader, BadLines& badLines)
        : schema_(&schema), reader_(std::move(reader)), badLines_(&badLines) {}

    static Result<TableReader> openTable(const Schema& schema,
                                         const std::vector<std::filesystem::path>& files,
                                         std::size_t table, BadLines& badLines, ImportWatch& watch);
    template <class Named>
    Result<Place> place(const TableReader& reader, std::size_t table, const Named& named);
    Result<void> placeAllOf(const TableReader& reader, std::size_t table);
    Result<void> loadJoined(const std::vector<std::filesystem::path>& files, std::size_t table,
                            const ColumnName& key, ImportWatch& watch, std::int64_t bytesBefore);
    bool readJoins();
    bool readLabelAndTime();
    std::string_view read(const Place& place);

    // Constant after opening.
    const Schema* schema_;
    TableReader reader_; // of table 0
    BadLines* badLines_;
    std::vector<std::vector<Cell>> cells_; // [table], those that are needed
    std::vector<DimensionTable> tables_;   // [table]; that of table 0 stays empty
    std::vector<Join> joins_;
    Place label_{};
    std::optional<Place> timePlace_;
    std::vector<Place> fields_;
    std::int64_t repeatedKeys_ = 0;

    // The row at hand.
    CsvRecord record_;
    std::vector<std::int64_t> rows_; // [table], the joined row; -1: not matched
    std::string scratch_;
    bool positive_ = false;
    bool dropped_ = false;
    std::int64_t time_ = 0;

    std::int64_t droppedRows_ = 0;
    std::int64_t unmatchedRows_ = 0;
};

} // namespace flip
