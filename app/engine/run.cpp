#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/engine/engine.h"

#include "core/run/execute.h"
#include "core/run/preflight.h"
#include "core/spec/options.h"

#include <cstdio>

namespace flip::command::engine {

namespace {

void reportEnd(const RunEnded& ended, const RunWork& work, const std::string& run,
               Context& context) {
    if (ended.problem && run.empty()) {
        context.fail(*ended.problem); // refused before it started
    } else if (ended.problem) {
        context.fail(*ended.problem, kFailed);
    } else if (ended.status == RunStatus::Stopped) {
        context.exitCode = kInterrupted;
    } else if (ended.status != RunStatus::Finished) {
        context.exitCode = kFailed;
    }
    if (work.json || work.events) {
        std::printf("%s\n", resultJson(run, ended).c_str());
    }
}

} // namespace

void run(const RunWork& work, Context& context) {
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    if (work.spec) {
        if (auto ready = preflight(*work.spec, *workspace); !ready) {
            return context.fail(ready.problem());
        }
    }
    const Interrupt interrupt;
    RunReporter reporter(work.events);
    const RunEnded ended =
        work.spec ? executeRun(*work.spec, *workspace, work.name, reporter, interrupt.token())
                  : resumeRun(work.resume, *workspace, reporter, interrupt.token());
    reportEnd(ended, work, reporter.run(), context);
}

} // namespace flip::command::engine
