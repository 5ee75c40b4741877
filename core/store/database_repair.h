#pragma once

#include "core/base/result.h"
#include "core/store/finding.h"
#include "core/store/workspace.h"

#include <vector>

namespace flip {

/// Repairs what can be repaired in flip.db without losing valid data, and returns what it did:
/// rebuilds indices, restores damaged columns from the facts if they then match the checksum,
/// removes damaged trash entries, marks runs without a process as crashed, and finishes interrupted
/// purges. A run whose row cannot be repaired goes into the trash, so that the other runs can be
/// read. A file with damaged pages is left as it is. Must not be called while a run is live.
Result<std::vector<Finding>> repairDatabase(const Workspace& workspace);

} // namespace flip
