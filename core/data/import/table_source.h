#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_files.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What is read from a record: one column, or the names of the columns that hold "1".
struct CellColumns {
    std::vector<std::size_t> columns;
    std::vector<std::string> flagNames; // empty: one column, as it is

    bool isPlain() const { return flagNames.empty(); }

    /// The view points into the batch or `scratch`.
    std::string_view read(const RecordBatch& batch, std::size_t record, std::size_t columnCount,
                          std::string& scratch) const;
};

/// A raw table of a schema, open for reading; its columns are known by name. Owned by one thread.
class TableSource {
public:
    /// `wanted` are the columns that may be read, as Schema::columnsOf() returns them.
    static Result<TableSource> open(const TableSchema& schema, const TableFile& file,
                                    const std::vector<WantedColumn>& wanted);

    const std::vector<std::string>& columns() const { return columns_; }

    /// A missing column is a Problem that lists the existing ones.
    Result<CellColumns> cell(const ColumnName& column) const;
    Result<CellColumns> cell(const FieldSchema& field) const;

    RecordFormat& format() const { return *format_; }
    const std::string& fileName() const { return fileName_; } // in the source, for Problems

private:
    TableSource(std::unique_ptr<RecordFormat> format, std::string tableName, std::string fileName)
        : format_(std::move(format)), tableName_(std::move(tableName)),
          fileName_(std::move(fileName)) {}

    std::unique_ptr<RecordFormat> format_;
    std::vector<std::string> columns_; // without the types of a typed header
    std::string tableName_;
    std::string fileName_;
};

} // namespace flip
