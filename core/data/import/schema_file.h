#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/data/import/value_rule.h"
#include "core/data/records/csv_reader.h"
#include "core/data/records/record_format.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A column of a table, "books.Book-Title"; the part before the first dot is the table. In JSON
/// lines the column is a path, "authors.0.author_id" or "popular_shelves.*.name".
struct ColumnName {
    std::string table;
    std::string column;
    std::string where;                       // file and line that name it
    std::vector<std::string> otherSpellings; // of `column`; the first that the file has is meant
};

/// What kind of raw file a table is.
enum class FileFormat {
    Csv,     // delimited text
    Jsonl,   // a JSON object a line
    Parquet, // only in builds with Arrow
};

/// A raw file and how to read it.
struct TableSchema {
    std::string name;
    std::string file; // inside the source; its last part may hold "*" for any run of letters
    std::vector<std::string> otherFiles; // read behind it, in this order; or, with ...
    bool anyFile = false;                // ... this, looked for in its place where it is not there

    FileFormat kind = FileFormat::Csv;
    CsvFormat format;                 // of kind Csv
    bool header = true;               // of kind Csv; always true of others
    bool typedHeader = false;         // names end in a type, "rating:float"; columns are known
                                      // without it, as withoutType() says. Only with a header
    std::vector<std::string> columns; // where there is no header

    std::string listSeparator = "|"; // of kinds Jsonl and Parquet: between the values of a list
    std::string where;
};

/// Takes a table's values to the rows whose `left` equals its key `right`.
struct JoinSchema {
    ColumnName left; // of the row source or of a table joined before
    ColumnName right;
    bool keepAll = false; // rows without a match stay, with empty values
    std::string where;

    /// Not empty: a key may come again, and a row gets of each column of the table the distinct
    /// values of all records with its key, those that are empty left out, in the order of the file,
    /// joined by this text. Nothing hangs on such a table, and neither label nor time stands in it.
    /// Empty: the first record with the key counts.
    std::string collect;

    bool optional = false; // the right table's file may be missing; its fields go with it
};

/// Which rows are positive.
struct LabelSchema {
    ColumnName column;
    ValueRule positive;
    std::optional<ValueRule> drop; // rows left out
};

/// A field of the dataset: the value of one column, or the names of those flag columns whose cell
/// is "1", joined by "|".
struct FieldSchema {
    std::string name;
    std::vector<ColumnName> columns; // one, or the flags, all of one table
    bool flags = false;              // never of kind Number
    FieldUse use = FieldUse::Both;
    FieldKind kind = FieldKind::Category;
    std::string separator = "|"; // between the elements of a list, kind Multi; "|" of flags
    std::int64_t buckets = 32;   // most ranges of a number, kind Number; at least 2
    bool optional = false;       // left out where the file has no such column
    std::string shares;          // the field whose vocabulary it has; empty: its own
    std::string sharesWhere;     // file and line that name it
    std::string where;
};

/// How raw files become rows: what a schema file says. The first table is the row source; every
/// other one is joined exactly once.
struct Schema {
    std::vector<TableSchema> tables;
    std::vector<JoinSchema> joins; // in the order of the file
    LabelSchema label;
    bool labelled = true; // false: of rows whose label is not known; then `label` is not read
    std::optional<ColumnName> time;
    std::vector<FieldSchema> fields;

    int findTable(std::string_view name) const; // -1 if there is none

    /// Whether a table's file may be missing.
    bool isOptional(std::string_view table) const;

    /// The columns of a table that label, time, joins and fields name, each once: what a format
    /// has to be asked for whose files do not name their columns. A column is a list where a field
    /// of kind Multi reads it, record by record.
    std::vector<WantedColumn> columnsOf(std::string_view table) const;
};

/// A column's name without its type: "rating" of "rating:float".
std::string_view withoutType(std::string_view column);

/// Reads a schema file. Unknown keys, wrong types, names given twice, tables that are named but
/// not there: each one Problem with file and line.
Result<Schema> parseSchema(std::string_view toml, const std::string& fileName);

} // namespace flip
