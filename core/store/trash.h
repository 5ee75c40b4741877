#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

// Deleted runs and datasets go into the trash first, where they can be restored; purging removes
// them from the disk. Deleted runs stay in place and are marked in flip.db, so their names stay
// taken; deleted datasets move to datasets/.trash, so their names are free. An operation that is
// killed half-way has no effect, except for a purge, which the next program that writes the store
// finishes.

/// What one of these functions did.
struct TrashReport {
    std::vector<std::string> runs;
    std::vector<std::string> datasets;
    std::uintmax_t bytes = 0;      // put into the trash, restored, or freed by a purge
    std::vector<Problem> problems; // what a purge could not remove from the disk
};

/// Puts all of these runs into the trash, or none. Refuses a run that a program is working on, and
/// a run whose weights another run started from, unless that one is deleted too or `force` is set.
Result<TrashReport> deleteRuns(const Workspace& workspace, const std::vector<std::string>& names,
                               bool force);

/// Restores all of these runs, or none.
Result<TrashReport> restoreRuns(const Workspace& workspace, const std::vector<std::string>& names);

/// Removes these runs in the trash from the disk; all of them if none is named.
Result<TrashReport> purgeRuns(const Workspace& workspace, const std::vector<std::string>& names);

/// Puts a dataset into the trash. Refuses a dataset that runs use, unless `withRuns` is set, which
/// puts them into the trash too; always refuses a dataset that a run is training on.
Result<TrashReport> deleteDataset(const Workspace& workspace, const std::string& name,
                                  bool withRuns);

/// Restores a dataset; of several deleted under this name, the last one.
Result<TrashReport> restoreDataset(const Workspace& workspace, const std::string& name);

/// Removes these datasets in the trash from the disk; all of them if none is named.
Result<TrashReport> purgeDatasets(const Workspace& workspace,
                                  const std::vector<std::string>& names);

/// Names of the datasets in the trash, sorted, without duplicates.
std::vector<std::string> trashedDatasets(const Workspace& workspace);

} // namespace flip
