#include "app/command/command.h"

#include "core/base/log.h"

#include <cstdio>

namespace flip::command {

Result<Workspace> Context::openWorkspace() const {
    auto opened = Workspace::open(workspace.empty() ? Workspace::defaultFolder()
                                                    : std::filesystem::path(workspace));
    if (opened) {
        log::openFile(opened->folder() / "flip.log");
    }
    return opened;
}

void Context::fail(const Problem& problem) {
    fail(problem, problem.world ? kFailed : kWrongInput);
}

void Context::fail(const Problem& problem, int code) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    exitCode = code;
}

} // namespace flip::command
