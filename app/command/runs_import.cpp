#include "app/command/stored_runs.h"

#include "core/base/byte_count.h"
#include "core/store/run_archive.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace flip::command {

namespace {

struct RunsImportOptions {
    std::string file;
    std::string name;
    bool json = false;
};

void print(const ImportedRun& run, bool json) {
    if (json) {
        const nlohmann::ordered_json object{{"run", run.name},
                                            {"dataset", run.dataset},
                                            {"dataset_is_here", run.hasDataset},
                                            {"bytes", run.bytes}};
        std::printf("%s\n", object.dump().c_str());
        return;
    }
    std::printf("imported %s: %s\n", run.name.c_str(), inMebibytes(run.bytes).c_str());
    if (!run.hasDataset) {
        std::printf("its dataset '%s' is not in this workspace with the same rows; commands that "
                    "read fields or train need it\n",
                    run.dataset.c_str());
    }
}

} // namespace

void addRunsImport(CLI::App& runs, Context& context) {
    auto* command = runs.add_subcommand("import", "add a run that was exported as a zip file");
    command->footer(
        R"(The run is imported completely or not at all; everything in the file is compared
with its hash.

  flip runs export joint-movielens-100k-1 --zip joint.zip
  flip runs import joint.zip --workspace elsewhere)");
    auto options = std::make_shared<RunsImportOptions>();
    command->add_option("file", options->file, "zip file written by 'flip runs export --zip'")
        ->required()
        ->type_name("FILE.zip");
    command->add_option("--name", options->name, "name of the run here (default: its own)")
        ->type_name("NAME");
    command->add_flag("--json", options->json, "print a JSON object");
    command->callback([options, &context] {
        withStore(
            context,
            [&](const Workspace& workspace, RunStore&) -> Result<void> {
                const auto imported = importRun(workspace, options->file, options->name);
                if (!imported) {
                    return imported.problem();
                }
                print(*imported, options->json);
                return {};
            },
            WorkspaceUse::Write);
    });
}

} // namespace flip::command
