#pragma once

#include "core/base/result.h"
#include "core/spec/run_identity.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

namespace flip {

class RunInputs;

/// The hashes of what a run reads, without anything about the machine. Reads the weights of the
/// language model (unless their hashes are cached) and of a parent run.
Result<RunIdentity> inputIdentity(const RunSpec& spec, const RunInputs& inputs,
                                  const Workspace& workspace);

/// The same for a recipe that preflight() accepts.
Result<RunIdentity> inputIdentity(const RunSpec& spec, const Workspace& workspace);

/// The same, with the program and the machine that compute the run. Also sets the number of threads
/// and chooses the matrix products that the run then uses.
Result<RunIdentity> runIdentity(const RunSpec& spec, const RunInputs& inputs,
                                const Workspace& workspace);

} // namespace flip
