#include "app/command/command.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/base/files.h"
#include "core/run/execute.h"
#include "core/spec/options.h"

#include <cstdio>

namespace flip::command {

namespace {

struct RunOptions {
    std::string experiment;
    std::vector<std::string> assignments;
    std::string resume;
    std::string name;
    bool json = false;
    bool events = false;
};

Result<RunSpec> specFrom(const RunOptions& options) {
    if (options.experiment.empty()) {
        return Problem{"is missing; name an experiment file, or --resume RUN", "EXPERIMENT.toml"};
    }
    auto text = readFile(options.experiment);
    if (!text) {
        return text.problem();
    }
    auto draft = readExperiment(*text, options.experiment);
    if (!draft) {
        return draft.problem();
    }
    for (const std::string& assignment : options.assignments) {
        if (auto applied = applyAssignment(*draft, assignment); !applied) {
            return applied.problem();
        }
    }
    return resolve(*draft);
}

void conclude(const RunEnded& ended, const RunOptions& options, const std::string& run,
              Context& context) {
    if (ended.problem && run.empty()) {
        context.fail(*ended.problem); // refused before it was taken up
    } else if (ended.problem) {
        context.fail(*ended.problem, kFailed);
    } else if (ended.status == "stopped") {
        context.exitCode = kInterrupted;
    } else if (ended.status != "finished") {
        context.exitCode = kFailed;
    }
    if (options.json || options.events) {
        std::printf("%s\n", resultJson(run, ended).c_str());
    }
}

void run(const RunOptions& options, Context& context) {
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    if (!options.resume.empty()) {
        if (!options.experiment.empty() || !options.assignments.empty()) {
            return context.fail({"takes no experiment file and no --set", "--resume"});
        }
        const Interrupt interrupt;
        RunReporter reporter(options.events);
        const RunEnded ended = resumeRun(options.resume, *workspace, reporter, interrupt.token());
        return conclude(ended, options, reporter.run(), context);
    }
    const auto spec = specFrom(options);
    if (!spec) {
        return context.fail(spec.problem());
    }
    if (auto ready = preflight(*spec, *workspace); !ready) {
        return context.fail(ready.problem());
    }
    const Interrupt interrupt;
    RunReporter reporter(options.events);
    const RunEnded ended = executeRun(*spec, *workspace, options.name, reporter, interrupt.token());
    conclude(ended, options, reporter.run(), context);
}

} // namespace

void addRun(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("run", "run an experiment in the foreground");
    auto options = std::make_shared<RunOptions>();
    command->add_option("experiment", options->experiment, "experiment file (TOML)");
    command->add_option("--set", options->assignments, "key=value over the file's, repeatable")
        ->take_all()
        ->expected(1);
    command->add_option("--resume", options->resume, "go on with a stopped or crashed run");
    command->add_option("--name", options->name, "the run's name; without it one is made");
    command->add_flag("--json", options->json, "the result as one JSON object on stdout");
    command->add_flag("--events", options->events, "every event as a JSON line on stdout");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command
