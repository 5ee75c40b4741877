#include "app/command/command.h"

#include "core/base/log.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <system_error>

namespace flip::command {

namespace {

Result<Workspace> find(const std::string& named, WorkspaceUse use) {
    auto opened = Workspace::open(
        named.empty() ? Workspace::defaultFolder() : std::filesystem::path(named), use);
    std::error_code ignored;
    if (opened && !named.empty() && !std::filesystem::is_directory(opened->folder(), ignored)) {
        return Problem{"this workspace does not exist; 'flip import' creates it", named};
    }
    return opened;
}

} // namespace

Result<Workspace> Context::openWorkspace(WorkspaceUse use) const {
    auto opened = find(workspace, use);
    std::error_code ignored;
    if (opened && !opened->isReadOnly() &&
        std::filesystem::is_directory(opened->folder(), ignored)) {
        log::openFile(opened->folder() / "flip.log");
    }
    return opened;
}

Result<Workspace> Context::openWorkspaceWithoutLog() const {
    return find(workspace, WorkspaceUse::Read);
}

Result<std::filesystem::path> Context::findModel(const std::string& model) const {
    std::error_code ignored;
    if (std::filesystem::is_directory(model, ignored)) {
        return std::filesystem::path(model);
    }
    auto opened = openWorkspace(WorkspaceUse::Read);
    if (!opened) {
        return opened.problem();
    }
    return opened->findModel(model);
}

void Context::fail(const Problem& problem) {
    fail(problem, problem.systemError ? kFailed : kWrongInput);
}

void Context::fail(const Problem& problem, int code) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    exitCode = code;
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : separator) + word;
    }
    return text;
}

CLI::Option* takesOneOf(CLI::Option* option, const std::vector<std::string>& words) {
    option->type_name(joined(words, "|"));
    return option->check([words](const std::string& word) {
        return std::ranges::find(words, word) != words.end()
                   ? std::string()
                   : "'" + word + "' is not one of " + joined(words, ", ");
    });
}

Result<RunDraft> readExperimentFile(const std::string& file, Context& context) {
    auto text = context.files.read(file);
    return text ? readExperiment(*text, file) : text.problem();
}

CLI::Option* addModelOption(CLI::App& command, std::string& model) {
    return command
        .add_option("--plm", model,
                    "language model: a folder, or a name that 'flip models list' shows")
        ->required()
        ->type_name("MODEL");
}

void addCheckpointOption(CLI::App& command, std::string& checkpoint) {
    command
        .add_option("--checkpoint", checkpoint,
                    "checkpoint of the run, by its name in 'flip runs show' (default: final)")
        ->type_name("NAME");
}

} // namespace flip::command
