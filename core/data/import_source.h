#pragma once

#include "core/data/import_tally.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A table and the source files that it was read from, in order.
struct SourceTable {
    std::string name;
    std::vector<std::string> files; // at least one

    bool operator==(const SourceTable&) const = default;
};

/// What a dataset was imported from and how its rows were split. Not part of its content hash.
struct ImportSource {
    std::vector<SourceTable> tables; // empty if the importing version did not record them
    std::string splitRule;           // random | time | file | parts
    std::uint64_t splitSeed = 0;     // for rule random

    bool operator==(const ImportSource&) const = default;
};

/// Number of rows in each split, indexed by Split.
using SplitRows = std::array<std::int64_t, 3>;

/// "split by file name: train 80 rows, valid 10, test 10".
std::string splitInWords(const ImportSource& source, const SplitRows& rows);

/// Lists the tables that were read from several files. Warns if a split by file name or split file
/// leaves no rows for valid or test.
std::vector<ImportRemark> sourceRemarks(const ImportSource& source, const SplitRows& rows);

} // namespace flip
