#pragma once

#include "core/base/result.h"
#include "core/data/csv_reader.h"
#include "core/data/import_watch.h"
#include "core/data/schema_file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What is read from a record: one column, or the names of the columns that hold "1".
struct Cell {
    std::vector<std::size_t> columns;
    std::vector<std::string> flagNames; // empty: one column, as it stands

    /// The view is of the record or of `scratch`.
    std::string_view read(const CsvRecord& record, std::string& scratch) const;
};

/// A raw table of a schema, record by record; its columns are known by name. Bad lines go to
/// `badLines`, never to the caller; every record is a step of `watch`. Owned by one thread.
class TableReader {
public:
    static Result<TableReader> open(const TableSchema& schema, const std::filesystem::path& file,
                                    BadLines& badLines, ImportWatch& watch);

    const std::vector<std::string>& columns() const { return columns_; }

    /// A missing column is a Problem that names those there are.
    Result<Cell> cell(const ColumnName& column) const;
    Result<Cell> cell(const FieldSchema& field) const;

    /// The next sound record; false at the end.
    Result<bool> next(CsvRecord& record);

    const std::string& name() const { return reader_.name(); }
    std::string where(std::int64_t line) const { return reader_.where(line); }

private:
    TableReader(CsvReader reader, std::string tableName, BadLines& badLines, ImportWatch& watch)
        : reader_(std::move(reader)), tableName_(std::move(tableName)), badLines_(&badLines),
          watch_(&watch) {}

    Result<void> readHeader();

    CsvReader reader_;
    std::string tableName_;
    std::vector<std::string> columns_;
    BadLines* badLines_;
    ImportWatch* watch_;
};

/// The tables' files, in the schema's order: inside the source folder, links resolved; or the
/// source itself where it is a file and the schema has one table.
Result<std::vector<std::filesystem::path>> tableFiles(const Schema& schema,
                                                      const std::filesystem::path& source);

} // namespace flip
