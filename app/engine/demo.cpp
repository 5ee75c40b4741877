#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/engine/engine.h"

#include "core/sample/demo.h"

#include <cstdio>

namespace flip::command::engine {

void demo(Context& context) {
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const Interrupt interrupt;
    RunReporter reporter(/*eventsOnStdout=*/false);
    const auto outcome = runDemo(*workspace, reporter, interrupt.token());
    if (!outcome) {
        return context.fail(outcome.problem(),
                            interrupt.happened() && !outcome.problem().systemError ? kInterrupted
                                                                                   : kFailed);
    }
    std::printf("\n%-8s %-22s %-22s\n", "branch", "AUC, all test rows", "AUC, films never seen");
    for (const DemoRow& row : outcome->rows) {
        std::printf("%-8s %-22s %-22s\n", row.branch.c_str(), fourDecimals(row.all.auc).c_str(),
                    fourDecimals(row.unseen.auc).c_str());
    }
    if (!outcome->rows.empty()) {
        std::printf("%lld test rows, %lld of films never seen in training; %s in total\n",
                    static_cast<long long>(outcome->rows.front().all.rows),
                    static_cast<long long>(outcome->rows.front().unseen.rows),
                    duration(outcome->seconds).c_str());
    }
}

} // namespace flip::command::engine
