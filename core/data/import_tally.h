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

/// What an import left out, and what it kept although it may not be meant. No part of a dataset's
/// content.
struct ImportTally {
    std::int64_t badLines = 0;
    std::int64_t droppedRows = 0;   // by the label's drop rule
    std::int64_t unmatchedRows = 0; // by joins that keep matched rows only
    std::int64_t repeatedKeys = 0;  // lines of joined tables whose key stood there before
    std::int64_t cutTimes = 0;      // rows whose time was written with more decimals than are kept

    // By joined table: rows, kept or not, whose key it does not hold.
    std::vector<NamedCount> withoutMatch;

    // Where the label's rule is one of texts: labels that it does not name, the first ones met,
    // then
    // "" for all others; and those of them that differ from one that it names in case and blanks
    // only.
    std::vector<NamedCount> unnamedLabels;
    std::vector<NamedCount> nearlyNamedLabels;
    bool unnamedArePositive = false; // the rule is != or not in

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
