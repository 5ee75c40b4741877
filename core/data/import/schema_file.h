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
    std::vector<std::string> otherSpellings; // of `column`; the first that the file has is used
};

/// What kind of raw file a table is.
enum class FileFormat {
    Csv,     // delimited text
    Jsonl,   // a JSON object per line
    Parquet, // only in builds with Arrow
};

/// A raw file and how to read it.
struct TableSchema {
    std::string name;
    std::string file; // inside the source; its last part may contain "*" for any characters
    std::vector<std::string> otherFiles; // read after it, in this order
    bool anyFile = false; // the files are alternatives: only the first that exists is read

    FileFormat kind = FileFormat::Csv;
    CsvFormat format;                 // for kind Csv
    bool header = true;               // for kind Csv; always true for others
    bool typedHeader = false;         // names end in a type, "rating:float", which withoutType()
                                      // removes. Only with a header
    std::vector<std::string> columns; // if there is no header

    std::string listSeparator = "|"; // for kinds Jsonl and Parquet: separates the values of a list
    std::string where;
};

/// Joins a table to the rows whose `left` equals its key `right`.
struct JoinSchema {
    ColumnName left; // of the row source or of a table joined before
    ColumnName right;
    bool keepAll = false; // rows without a match stay, with empty values
    std::string where;

    /// Not empty: a key may repeat, and for each column a row gets the distinct non-empty values of
    /// all records with its key, in the order of the file and separated by this text. No other
    /// table may be joined to such a table, and it has neither label nor time. Empty: the first
    /// record with the key is used.
    std::string collect;

    bool optional = false; // the right table's file may be missing; its fields are then left out
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
    bool flags = false;              // never for kind Number
    FieldUse use = FieldUse::Both;
    FieldKind kind = FieldKind::Category;
    std::string separator = "|"; // of the elements of a list, for kind Multi; "|" for flags
    std::int64_t buckets = 32;   // maximum number of ranges, for kind Number; at least 2
    bool optional = false;       // left out if the file has no such column
    std::string shares;          // the field whose vocabulary it uses; empty: its own
    std::string sharesWhere;     // file and line of `shares`
    std::string where;
};

/// How raw files become rows, as a schema file describes it. The first table is the row source;
/// every other one is joined exactly once.
struct Schema {
    std::vector<TableSchema> tables;
    std::vector<JoinSchema> joins; // in the order of the file
    LabelSchema label;
    bool labelled = true; // false: the rows have no label, and `label` is not used
    std::optional<ColumnName> time;
    std::vector<FieldSchema> fields;

    int findTable(std::string_view name) const; // -1 if no table has this name

    /// Whether a table's file may be missing.
    bool isOptional(std::string_view table) const;

    /// The columns of a table that label, time, joins and fields name, each once. Formats whose
    /// files have no header need them. A column is a list if a field of kind Multi reads it and no
    /// join collects it.
    std::vector<WantedColumn> columnsOf(std::string_view table) const;
};

/// A column's name without its type: "rating" of "rating:float".
std::string_view withoutType(std::string_view column);

/// Parses a schema file. An unknown key, a wrong type, a duplicate name or an unknown table is a
/// Problem with file and line.
Result<Schema> parseSchema(std::string_view toml, const std::string& fileName);

} // namespace flip
