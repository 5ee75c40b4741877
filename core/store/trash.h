#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

// What is deleted goes into the trash first, from which it can be taken back; purging removes it
// from the disk. Deleted runs keep their place and are marked in flip.db, so their names stay
// taken; deleted datasets lie in datasets/.trash, so their names are free. Whatever is killed
// half-way is as if it had not begun, but a purge, which the next one to write the store finishes.

/// What one of these functions did.
struct Cleared {
    std::vector<std::string> runs;
    std::vector<std::string> datasets;
    std::uintmax_t bytes = 0;      // of a deletion: what lies in the trash now; of a purge: freed
    std::vector<Problem> problems; // of a purge: what could not be removed from the disk
};

/// Puts all of these runs into the trash, or none. One that a program works on is refused, and so
/// is one whose weights another run started from, unless that one goes too or `evenParents`.
Result<Cleared> deleteRuns(const Workspace& workspace, const std::vector<std::string>& names,
                           bool evenParents);

/// Takes all of these runs back, or none.
Result<Cleared> restoreRuns(const Workspace& workspace, const std::vector<std::string>& names);

/// Removes these runs of the trash from the disk; all of it where none is named.
Result<Cleared> purgeRuns(const Workspace& workspace, const std::vector<std::string>& names);

/// Puts a dataset into the trash. One that runs stand on is refused unless `withRuns`, which puts
/// them into the trash too; one that a run is training on is refused.
Result<Cleared> deleteDataset(const Workspace& workspace, const std::string& name, bool withRuns);

/// Takes a dataset back: of several deleted under this name the last one.
Result<Cleared> restoreDataset(const Workspace& workspace, const std::string& name);

/// Removes these datasets of the trash from the disk; all of them where none is named.
Result<Cleared> purgeDatasets(const Workspace& workspace, const std::vector<std::string>& names);

/// Names of the datasets in the trash, sorted, each once.
std::vector<std::string> trashedDatasets(const Workspace& workspace);

} // namespace flip
