#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <stop_token>
#include <string>

namespace flip {

/// The one entrance to training. Opens everything it needs, stores every fact, tells `audience`
/// the same facts in the same order, and returns the last of them. Blocks for the whole run on
/// the caller's thread; a stop is obeyed before the next step and leaves a checkpoint. Failure is
/// a RunEnded with a Problem, never an exception. An empty name makes one.
RunEnded executeRun(const RunSpec& spec, const Workspace& workspace, const std::string& name,
                    RunSink& audience, std::stop_token stop) noexcept;

/// Goes on with a stopped or crashed run from its last checkpoint, or from its first step when it
/// has none, under the same name; the numbers are those of a run never interrupted.
RunEnded resumeRun(const std::string& name, const Workspace& workspace, RunSink& audience,
                   std::stop_token stop) noexcept;

} // namespace flip
