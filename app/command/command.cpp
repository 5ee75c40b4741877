#include "app/command/command.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <cstdio>
#include <system_error>

namespace flip::command {

Result<Workspace> Context::openWorkspace() const {
    auto opened = Workspace::open(workspace.empty() ? Workspace::defaultFolder()
                                                    : std::filesystem::path(workspace));
    if (opened) {
        log::openFile(opened->folder() / "flip.log");
    }
    return opened;
}

Result<std::filesystem::path> Context::findModel(const std::string& model) const {
    std::error_code ignored;
    if (std::filesystem::is_directory(model, ignored)) {
        return std::filesystem::path(model);
    }
    auto opened = openWorkspace();
    if (!opened) {
        return opened.problem();
    }
    return opened->findModel(model);
}

void Context::fail(const Problem& problem) {
    fail(problem, problem.world ? kFailed : kWrongInput);
}

void Context::fail(const Problem& problem, int code) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    exitCode = code;
}

Result<RunDraft> readExperimentFile(const std::string& file) {
    auto text = readFile(file);
    return text ? readExperiment(*text, file) : text.problem();
}

} // namespace flip::command
