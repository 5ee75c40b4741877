#include "app/command/command.h"
#include "app/engine/engine.h"

#include "core/base/name.h"
#include "core/spec/options.h"

#include <cstdio>

namespace flip::command {

namespace {

struct RunOptions {
    std::string experiment;
    std::vector<std::string> assignments;
    bool options = false;
    engine::RunWork work;
};

Result<RunSpec> specFrom(const RunOptions& options) {
    if (options.experiment.empty()) {
        return Problem{"is missing; name an experiment file, or --resume RUN", "EXPERIMENT.toml"};
    }
    auto draft = readExperimentFile(options.experiment);
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

void run(RunOptions& options, Context& context) {
    if (options.options) {
        std::fputs(optionsAsToml().c_str(), stdout);
        return;
    }
    if (options.work.resume.empty()) {
        auto spec = specFrom(options);
        if (!spec) {
            return context.fail(spec.problem());
        }
        options.work.spec = std::move(*spec);
    } else if (!options.experiment.empty() || !options.assignments.empty()) {
        return context.fail({"takes no experiment file and no --set", "--resume"});
    }
    if (!options.work.name.empty()) {
        if (auto good = checkName(options.work.name); !good) {
            return context.fail(good.problem());
        }
    }
    engine::run(options.work, context);
}

} // namespace

void addRun(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("run", "run an experiment in the foreground");
    auto options = std::make_shared<RunOptions>();
    command->add_option("experiment", options->experiment, "experiment file (TOML)");
    command->add_option("--set", options->assignments, "key=value over the file's, repeatable")
        ->take_all()
        ->expected(1);
    command->add_option("--resume", options->work.resume, "go on with a stopped or crashed run");
    command->add_option("--name", options->work.name, "the run's name; without it one is made");
    command->add_flag("--json", options->work.json, "the result as one JSON object on stdout");
    command->add_flag("--events", options->work.events, "every event as a JSON line on stdout");
    command->add_flag("--options", options->options,
                      "prints every option of an experiment file, its default and what it does");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command
