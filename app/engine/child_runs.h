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

/// A run to be made by `flip run` in a process of its own.
struct ChildRun {
    RunSpec spec;
    std::string name;
    bool resume = false; // go on with the stored run of this name
};

/// How such a process ended.
struct ChildEnd {
    int code = 0;          // its exit code, or 128 and the number of the signal that ended it
    std::string lastWords; // the last line it wrote to stderr, where that was not shown already
};

/// Makes the runs, `jobs` of them side by side, and calls `began` and `ended` on this thread as
/// each begins and ends. After a stop no further one begins, and those that live are told to stop,
/// which they do with a checkpoint; they also are when this process dies. With one job on a
/// terminal the run tells its own progress there. A process that cannot be started is a Problem.
Result<void> makeRuns(std::span<const ChildRun> runs, std::size_t jobs, const Workspace& workspace,
                      const std::stop_token& stop, const std::function<void(std::size_t)>& began,
                      const std::function<void(std::size_t, const ChildEnd&)>& ended);

} // namespace flip::command::engine
