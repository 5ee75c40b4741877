#pragma once

#include "core/base/result.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

namespace flip {

/// Checks for what the user can fix before a run starts: missing dataset, template that names an
/// unknown field, model without weights, ratio that masks nothing. Quick; reads no weights.
Result<void> preflight(const RunSpec& spec, const Workspace& workspace);

} // namespace flip
