#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

struct FieldInfo;

/// A name and how many rows it stands for.
struct NamedCount {
    std::string name;
    std::int64_t rows = 0;

    bool operator==(const NamedCount&) const = default;
};

/// The lines of a raw table, and which of them were left out.
struct TableLines {
    std::string table;
    std::int64_t lines = 0;      // with those that are left out
    std::int64_t unreadable = 0; // the wrong number of columns, another encoding
    std::int64_t unusable = 0;   // without a label or time that can be used
    bool delimited = true;       // text with a delimiter, which a schema may name wrongly

    bool operator==(const TableLines&) const = default;
};

/// What a join found. Rows that are bad lines do not count.
struct JoinMatches {
    std::string table;          // the joined one
    std::int64_t rows = 0;      // looked up; none where the table before had no match
    std::int64_t unmatched = 0; // of these, rows whose key the table does not hold
    bool keepsRows = false;     // those without a match stay

    bool operator==(const JoinMatches&) const = default;
};

/// What an import left out, and what it kept although it may not be meant. No part of a dataset's
/// content.
struct ImportTally {
    std::int64_t badLines = 0;      // of all tables
    std::int64_t droppedRows = 0;   // by the label's drop rule
    std::int64_t unmatchedRows = 0; // by joins that keep matched rows only
    std::int64_t repeatedKeys = 0;  // lines of joined tables whose key stood there before
    std::int64_t cutTimes = 0;      // rows whose time was written with more decimals than are kept

    std::vector<TableLines> tables; // empty where an older program made the dataset
    std::vector<JoinMatches> joins; // in the order of the schema

    // Where the rule `positive` is one of texts: labels that neither it nor `drop` names, each in
    // one of three counts. Of those in the first list only some are kept by name.
    std::vector<NamedCount> unnamedLabels;     // the first ones met
    std::int64_t otherUnnamedRows = 0;         // rows with any other
    std::vector<NamedCount> nearlyNamedLabels; // that differ from a named one in case and blanks
    bool unnamedArePositive = false;           // the rule is != or not in

    bool operator==(const ImportTally&) const = default;
};

/// A line about an import. A warning says that a share looks like a mistake.
struct ImportRemark {
    std::string text;
    bool isWarning = false;
};

/// "25 by the drop rule, 40 without a match, 3 bad lines", or nothing where no row was left out.
std::string leftOutInWords(const ImportTally& tally);

/// What else is worth a line. `rows` are those that were kept.
std::vector<ImportRemark> importRemarks(const ImportTally& tally,
                                        const std::vector<FieldInfo>& fields, std::int64_t rows);

} // namespace flip
