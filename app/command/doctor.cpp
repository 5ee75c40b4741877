#include "app/command/doctor.h"

#include "app/command/progress.h"

#include "core/base/byte_count.h"
#include "core/store/workspace_check.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

namespace flip::command {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& found : findings) {
        list.push_back(
            {{"file", found.file}, {"problem", found.problem}, {"advice", found.advice}});
    }
    return list;
}

Json repairsAsJson(const std::vector<Finding>& repairs) {
    Json list = Json::array();
    for (const Finding& repair : repairs) {
        list.push_back({{"file", repair.file}, {"done", repair.problem}});
    }
    return list;
}

void print(const std::vector<Finding>& findings, const char* opening) {
    for (const Finding& found : findings) {
        std::printf("%s%s: %s%s%s\n", opening, found.file.c_str(), found.problem.c_str(),
                    found.advice.empty() ? "" : "; ", found.advice.c_str());
    }
}

std::string counted(std::int64_t count, const char* noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

WorkspaceReport check(const Workspace& workspace) {
    StatusLine line;
    const auto report = checkWorkspace(workspace, [&](const std::filesystem::path& file) {
        line.show("checking " + file.string());
    });
    line.clear();
    return report;
}

/// The repairs made; nothing if the workspace cannot be repaired, which is then reported.
std::optional<std::vector<Finding>> repair(Context& context) {
    const auto workspace = context.openWorkspace();
    auto done = workspace ? repairWorkspace(*workspace) : workspace.problem();
    if (!done) {
        context.fail(done.problem(), kFailed);
        return std::nullopt;
    }
    return std::move(*done);
}

} // namespace

void runDoctor(const engine::DoctorWork& work, const MachineDescription& machine,
               Context& context) {
    const auto workspace = context.openWorkspaceWithoutLog();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const auto repaired = work.repair ? repair(context) : std::vector<Finding>();
    const WorkspaceReport report = check(*workspace);
    const bool sound = report.damaged.empty() && repaired && context.exitCode == kDone;
    context.exitCode = sound ? kDone : kFailed;
    const auto done = repaired.value_or(std::vector<Finding>());
    if (work.json) {
        const Json answer = {
            {"sound", sound},
            {"damaged", toJson(report.damaged)},
            {"repaired", repairsAsJson(done)},
            {"notes", toJson(report.notes)},
            {"workspace", workspace->folder().string()},
            {"runs", report.runs},
            {"datasets", report.datasets},
            {"files", report.files},
            {"bytes", report.bytes},
            {"machine", machine.json.empty() ? Json() : Json::parse(machine.json)}};
        std::printf("%s\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
        return;
    }
    std::fputs(machine.text.c_str(), stdout);
    std::printf("workspace  %s: %s, %s; %s of %s checked\n", workspace->folder().c_str(),
                counted(report.runs, "run").c_str(), counted(report.datasets, "dataset").c_str(),
                counted(report.files, "file").c_str(), inMebibytes(report.bytes).c_str());
    print(done, "repaired: ");
    print(report.notes, "note: ");
    print(report.damaged, "");
    if (sound) {
        std::printf("all is sound\n");
    }
}

void addDoctor(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "doctor", "check the machine and every file of the workspace; report what is damaged");
    auto work = std::make_shared<engine::DoctorWork>();
    command->add_flag("--repair", work->repair,
                      "first repair what can be repaired without loss, and remove what killed "
                      "programs left; weights, predictions and datasets are never changed");
    command->add_flag("--json", work->json, "print a JSON object");
    command->footer(
        R"(Every file is read and compared with its checksums: flip.db with all runs and
their history, weights, predictions, datasets, and the trash. Each damaged file is
named with what to do; the exit status is 0 if no file is damaged, else 1. Without
--repair nothing is written. Nothing is repaired while a run is in progress.)");
    command->callback([work, &context] { engine::doctor(*work, context); });
}

} // namespace flip::command
