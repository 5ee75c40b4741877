#pragma once

#include "core/data/import_tally.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A table and the files of the source that it was read from, in their order.
struct SourceTable {
    std::string name;
    std::vector<std::string> files; // at least one

    bool operator==(const SourceTable&) const = default;
};

/// What a dataset was made from and how its rows were divided. No part of its content.
struct ImportSource {
    std::vector<SourceTable> tables; // empty: imported by a program that did not write them down
    std::string splitRule;           // random | time | file | parts
    std::uint64_t splitSeed = 0;     // of rule random

    bool operator==(const ImportSource&) const = default;
};

/// How many rows train, validate and test, by Split.
using SplitRows = std::array<std::int64_t, 3>;

/// "split as the files are named: train 80 rows, valid 10, test 10".
std::string splitInWords(const ImportSource& source, const SplitRows& rows);

/// Tables that were read from several files; a warning where files that divide the rows leave
/// nothing for valid or test.
std::vector<ImportRemark> sourceRemarks(const ImportSource& source, const SplitRows& rows);

} // namespace flip
