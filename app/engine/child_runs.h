#pragma once

#include "core/base/result.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

namespace flip::command::engine {

/// A run to be executed by `flip run` in its own process.
struct ChildRun {
    RunSpec spec;
    std::string name;
    bool resume = false; // resume the stored run of this name
};

/// How the process of a run ended.
struct ChildEnd {
    int code = 0;              // exit code, or 128 + the number of the signal that ended it
    std::string lastErrorLine; // last line on stderr; empty if stderr was the terminal
};

/// Executes the runs, `jobs` of them in parallel, and calls `onStart` and `onEnd` on this thread as
/// each starts and ends. After a stop request no further run starts, and the running ones are asked
/// to stop, which they do with a checkpoint; so they are if this process dies. With one job on a
/// terminal the run prints its own progress there. A process that cannot be started is a Problem.
Result<void> executeChildRuns(std::span<const ChildRun> runs, std::size_t jobs,
                              const Workspace& workspace, const std::stop_token& stop,
                              const std::function<void(std::size_t)>& onStart,
                              const std::function<void(std::size_t, const ChildEnd&)>& onEnd);

} // namespace flip::command::engine
