#pragma once

#include "core/base/result.h"
#include "core/data/dataset_check.h"
#include "core/store/finding.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <vector>

namespace flip {

/// What a check of a workspace found.
struct WorkspaceReport {
    std::vector<Finding> damaged; // damaged files; several may name one file
    std::vector<Finding> notes;   // not damage: leftovers of killed programs, files without a
                                  // checksum
    std::int64_t runs = 0;
    std::int64_t datasets = 0; // including those in the trash
    std::int64_t files = 0;    // that were read
    std::uintmax_t bytes = 0;  // in these files
};

/// Reads the whole workspace and checks every meaningful byte against a checksum: flip.db, the
/// files of runs and of datasets, including the trash, and models that this program wrote. Writes
/// nothing; the workspace may be read-only or in use by other programs. Other models are only
/// opened.
WorkspaceReport checkWorkspace(const Workspace& workspace, const FileCallback& watch = {});

/// Repairs what can be repaired without losing valid data, see repairDatabase(), and removes what
/// killed programs left behind. Returns what it did. Weights, predictions and datasets are never
/// changed. A Problem while another program works on the workspace.
Result<std::vector<Finding>> repairWorkspace(const Workspace& workspace);

} // namespace flip
