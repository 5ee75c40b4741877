#include "app/command/command.h"
#include "app/command/progress.h"

#include "core/base/files.h"
#include "core/store/predictions.h"
#include "core/store/run_listing.h"
#include "core/store/run_store.h"

#include <cstdio>

namespace flip::command {

namespace {

struct RunsOptions {
    std::string run;
    std::string predictions;
    bool json = false;
};

/// Opens workspace and store and hands both to `work`; says what went wrong.
void withStore(Context& context,
               const std::function<Result<void>(const Workspace&, RunStore&)>& work) {
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    auto store = RunStore::open(*workspace);
    if (!store) {
        return context.fail(store.problem());
    }
    if (auto done = work(*workspace, *store); !done) {
        context.fail(done.problem());
    }
}

Result<void> list(RunStore& store, bool json) {
    auto runs = store.list();
    if (!runs) {
        return runs.problem();
    }
    if (json) {
        std::printf("%s\n", runsAsJson(*runs).c_str());
        return {};
    }
    if (runs->empty()) {
        std::printf("no runs yet; 'flip run EXPERIMENT.toml' makes one\n");
    }
    for (const RunSummary& run : *runs) {
        const auto test = run.end.metrics.find("test");
        const std::string auc = test == run.end.metrics.end()
                                    ? ""
                                    : "test AUC " + fourDecimals(test->second.at("").auc);
        std::printf("%-32s %-9s %-8s %-20s seed %-4lld %s\n", run.name.c_str(), run.status.c_str(),
                    run.kind.c_str(), run.dataset.c_str(), static_cast<long long>(run.seed),
                    auc.c_str());
    }
    return {};
}

Result<void> show(RunStore& store, const std::string& name, bool json) {
    auto run = store.find(name);
    if (!run) {
        return run.problem();
    }
    if (json) {
        std::printf("%s\n", resultJson(run->name, run->end).c_str());
        return {};
    }
    std::printf("%s", describeRun(*run).c_str());
    return {};
}

Result<void> exportPredictions(const Workspace& workspace, RunStore& store,
                               const RunsOptions& options) {
    if (auto run = store.find(options.run); !run) {
        return run.problem();
    }
    const auto file = workspace.checkpoints(options.run) / "predictions.safetensors";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return Problem{"has no predictions; only a finetuning run that finished has", options.run};
    }
    const auto stored = loadPredictions(file);
    if (!stored) {
        return stored.problem();
    }
    return writeFileAtomically(options.predictions, predictionsAsCsv(*stored));
}

} // namespace

void addRuns(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("runs", "the stored runs");
    command->require_subcommand(1);
    auto options = std::make_shared<RunsOptions>();
    auto* listing = command->add_subcommand("list", "all runs, newest first");
    listing->add_flag("--json", options->json, "machine-readable");
    listing->callback([options, &context] {
        withStore(context,
                  [&](const Workspace&, RunStore& store) { return list(store, options->json); });
    });
    auto* showing = command->add_subcommand("show", "one run and its result");
    showing->add_option("run", options->run, "the run's name")->required();
    showing->add_flag("--json", options->json, "machine-readable");
    showing->callback([options, &context] {
        withStore(context, [&](const Workspace&, RunStore& store) {
            return show(store, options->run, options->json);
        });
    });
    auto* exporting = command->add_subcommand("export", "what a run predicted");
    exporting->add_option("run", options->run, "the run's name")->required();
    exporting->add_option("--predictions", options->predictions, "CSV file to write")->required();
    exporting->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return exportPredictions(workspace, store, *options);
        });
    });
}

} // namespace flip::command
