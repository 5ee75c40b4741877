#pragma once

#include "core/base/result.h"
#include "core/data/csv_reader.h"
#include "core/data/dataset.h"
#include "core/data/number_rule.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A column of a table, "books.Book-Title"; the part before the first dot is the table.
struct ColumnName {
    std::string table;
    std::string column;
    std::string where; // file and line that name it
};

/// A raw file and how to read it.
struct TableSchema {
    std::string name;
    std::string file; // inside the source folder
    CsvFormat format;
    bool header = true;
    std::vector<std::string> columns; // where there is no header
    std::string where;
};

/// Takes a table's values to the rows whose `left` equals its key `right`.
struct JoinSchema {
    ColumnName left; // of the row source or of a table joined before
    ColumnName right;
    bool keepAll = false; // rows without a match stay, with empty values
    std::string where;
};

struct LabelSchema {
    ColumnName column;
    NumberRule positive;
    std::optional<NumberRule> drop; // rows left out
};

/// A field of the dataset: the value of one column, or the names of those flag columns whose cell
/// is "1", joined by "|".
struct FieldSchema {
    std::string name;
    std::vector<ColumnName> columns; // one, or the flags, all of one table
    bool flags = false;
    FieldUse use = FieldUse::Both;
    FieldKind kind = FieldKind::Category;
    std::string separator = "|"; // between the elements of a list, kind Multi
    std::int64_t buckets = 32;   // most ranges of a number, kind Number
    std::string where;
};

/// How raw files become rows: what a schema file says. The first table is the row source; every
/// other one is joined exactly once.
struct Schema {
    std::vector<TableSchema> tables;
    std::vector<JoinSchema> joins; // in the order of the file
    LabelSchema label;
    std::optional<ColumnName> time;
    std::vector<FieldSchema> fields;

    int findTable(std::string_view name) const; // -1 if there is none
};

/// Reads a schema file. Unknown keys, wrong types, names given twice, tables that are named but
/// not there: each one Problem with file and line.
Result<Schema> parseSchema(std::string_view toml, const std::string& fileName);

} // namespace flip
