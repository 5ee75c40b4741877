#pragma once

#include "core/store/finding.h"

#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// A run that flip.db knows, in the trash or not.
struct KnownRun {
    std::string name;
    std::string kind;
    std::string status; // empty where its row is damaged, or it is being purged
};

/// What flip.db is found to be.
struct DatabaseReport {
    std::vector<Finding> damaged; // the file's pages, then one for each run and what of it
    std::vector<Finding> notes;
    std::vector<KnownRun> runs;
    bool knowsItsRuns = false; // `runs` is all of them

    /// Whether flip.db has no run of this name, for certain.
    bool lacks(const std::string& run) const;
};

/// Reads all of flip.db and compares it with its checksums: pages, indices, tables, each run's row,
/// each fact, and the columns of the rows with the facts that they repeat. Writes nothing; another
/// program may write meanwhile. A file that is not there is sound.
DatabaseReport checkDatabase(const std::filesystem::path& file);

} // namespace flip
