#pragma once

#include "core/base/result.h"
#include "core/store/finding.h"
#include "core/store/workspace.h"

#include <vector>

namespace flip {

/// Mends what can be mended in flip.db without losing anything that is true, and tells each thing
/// it did: rebuilds indices, tells damaged columns anew from the facts where the checksum agrees,
/// takes back what the trash says wrongly, ends what a kill left half-done. A run whose row cannot
/// be mended goes into the trash, so that it keeps no other from being read. A file whose pages are
/// damaged is left as it is. Not while a run is live.
Result<std::vector<Finding>> repairDatabase(const Workspace& workspace);

} // namespace flip
