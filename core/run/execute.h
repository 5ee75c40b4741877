#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <stop_token>
#include <string>

namespace flip {

/// The only entry point to training. Opens everything it needs, stores every fact, passes the same
/// facts to `sink` in the same order, and returns the last one. Blocks the caller's thread for the
/// whole run; a stop takes effect before the next step and saves a checkpoint. Failure is a
/// RunEnded with a Problem, never an exception. An empty name is replaced by a free one.
RunEnded executeRun(const RunSpec& spec, const Workspace& workspace, const std::string& name,
                    RunSink& sink, std::stop_token stop) noexcept;

/// Resumes a stopped, failed or crashed run from its last checkpoint, or from its first step if it
/// has none, under the same name; the numbers are those of an uninterrupted run.
RunEnded resumeRun(const std::string& name, const Workspace& workspace, RunSink& sink,
                   std::stop_token stop) noexcept;

} // namespace flip
