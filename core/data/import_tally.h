#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

struct FieldInfo;

/// A name and the number of rows that have it.
struct NamedCount {
    std::string name;
    std::int64_t rows = 0;

    bool operator==(const NamedCount&) const = default;
};

/// The number of lines of a raw table, and how many of them were left out.
struct TableLines {
    std::string table;
    std::int64_t lines = 0;      // including those left out
    std::int64_t unreadable = 0; // wrong number of columns, or invalid encoding
    std::int64_t unusable = 0;   // without a usable label or time
    bool delimited = true;       // delimited text, whose delimiter may be wrong in the schema

    bool operator==(const TableLines&) const = default;
};

/// The result of a join. Rows that are bad lines are not counted.
struct JoinMatches {
    std::string table;          // the joined table
    std::int64_t rows = 0;      // rows looked up; not those without a match in an earlier table
    std::int64_t unmatched = 0; // of these, rows whose key is not in the table
    bool keepsRows = false;     // rows without a match are kept

    bool operator==(const JoinMatches&) const = default;
};

/// What an import left out, and what it kept that may be a mistake. Not part of a dataset's content
/// hash.
struct ImportTally {
    std::int64_t badLines = 0;      // of all tables
    std::int64_t droppedRows = 0;   // by the label's drop rule
    std::int64_t unmatchedRows = 0; // by joins that keep matched rows only
    std::int64_t repeatedKeys = 0;  // lines of joined tables whose key appeared before
    std::int64_t cutTimes = 0;      // rows whose time was written with more decimals than are kept

    std::vector<TableLines> tables; // empty if an older version imported the dataset
    std::vector<JoinMatches> joins; // in the order of the schema

    // If the rule `positive` compares texts: labels that neither it nor `drop` names, each in one
    // of three counts. Only the first ones are listed by name.
    std::vector<NamedCount> unnamedLabels;     // the first ones found
    std::int64_t otherUnnamedRows = 0;         // rows with any other label
    std::vector<NamedCount> nearlyNamedLabels; // that differ from a named one only in case and
                                               // blanks
    bool unnamedArePositive = false;           // the rule is != or not in

    bool operator==(const ImportTally&) const = default;
};

/// One line about an import. A warning means that something looks like a mistake.
struct ImportRemark {
    std::string text;
    bool isWarning = false;
};

/// "25 by the label's drop rule, 40 without a match, 3 bad lines", or "no rows".
std::string leftOutInWords(const ImportTally& tally);

/// Further remarks about the import. `rows` is the number of rows kept.
std::vector<ImportRemark> importRemarks(const ImportTally& tally,
                                        const std::vector<FieldInfo>& fields, std::int64_t rows);

} // namespace flip
