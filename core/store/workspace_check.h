#pragma once

#include "core/base/result.h"
#include "core/data/dataset_check.h"
#include "core/store/finding.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <vector>

namespace flip {

/// What a workspace is found to be.
struct WorkspaceReport {
    std::vector<Finding> damaged; // files that are not what was written; several may name one file
    std::vector<Finding> notes;   // what is no damage: remains of killed programs, files that carry
                                  // no checksum
    std::int64_t runs = 0;
    std::int64_t datasets = 0; // in the trash too
    std::int64_t files = 0;    // read
    std::uintmax_t bytes = 0;  // of them
};

/// Reads everything that the workspace holds and compares every byte that means something with a
/// checksum: flip.db, the files of runs and of datasets, in the trash too, and models that this
/// program wrote. Writes nothing, and takes a workspace that cannot be written or that other
/// programs work on. A model of somebody else's is opened only.
WorkspaceReport checkWorkspace(const Workspace& workspace, const FileWatch& watch = {});

/// Mends what can be mended without losing anything that is true, see repairDatabase(), and removes
/// what killed programs left. Tells each thing it did. Weights, predictions and datasets are never
/// touched. A Problem while another program works on the workspace.
Result<std::vector<Finding>> repairWorkspace(const Workspace& workspace);

} // namespace flip
