#pragma once

#include "core/store/finding.h"

#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// A run in flip.db, in the trash or not.
struct KnownRun {
    std::string name;
    std::string kind;
    std::string status; // empty if its row is damaged or it is being purged
};

/// What a check of flip.db found.
struct DatabaseReport {
    std::vector<Finding> damaged; // of the file itself, then of each run
    std::vector<Finding> notes;
    std::vector<KnownRun> runs;
    bool hasAllRuns = false; // whether `runs` holds every run

    /// Whether flip.db certainly has no run of this name.
    bool lacks(const std::string& run) const;
};

/// Reads all of flip.db and checks its pages, indices and tables, the checksum of each run's row
/// and of each fact, and that columns agree with the facts that they repeat. Writes nothing;
/// another program may write meanwhile. A missing file is not damaged.
DatabaseReport checkDatabase(const std::filesystem::path& file);

} // namespace flip
