#pragma once

#include "core/base/result.h"
#include "core/spec/run_identity.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

namespace flip {

class RunInputs;

/// What a run reads, by its hashes, and nothing of the machine. Reads the language model's weights
/// and those of a parent run, each once as long as the files stay the same.
Result<RunIdentity> inputIdentity(const RunSpec& spec, const RunInputs& inputs,
                                  const Workspace& workspace);

/// The same, of a recipe that preflight() lets pass.
Result<RunIdentity> inputIdentity(const RunSpec& spec, const Workspace& workspace);

/// The same with what computes it. Sets the number of threads and chooses the matrix products,
/// which the run then goes by.
Result<RunIdentity> runIdentity(const RunSpec& spec, const RunInputs& inputs,
                                const Workspace& workspace);

} // namespace flip
