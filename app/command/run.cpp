#include "app/command/command.h"
#include "app/engine/engine.h"

#include "core/base/name.h"
#include "core/spec/options.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace flip::command {

namespace {

struct RunOptions {
    std::string experiment;
    std::vector<std::string> assignments;
    bool options = false;
    engine::RunWork work;
};

Result<RunSpec> specFrom(const RunOptions& options, Context& context) {
    if (options.experiment.empty()) {
        return Problem{"is missing; name an experiment file, or use --resume RUN",
                       "EXPERIMENT.toml"};
    }
    auto draft = readExperimentFile(options.experiment, context);
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
        auto spec = specFrom(options, context);
        if (!spec) {
            return context.fail(spec.problem());
        }
        options.work.spec = std::move(*spec);
    } else if (!options.experiment.empty() || !options.assignments.empty()) {
        return context.fail({"takes no experiment file and no --set", "--resume"});
    }
    if (!options.work.name.empty()) {
        if (auto checked = checkName(options.work.name); !checked) {
            return context.fail(checked.problem());
        }
    }
    engine::run(options.work, context);
}

} // namespace

void addRun(CLI::App& app, Context& context) {
    auto* command =
        app.add_subcommand("run", "train and measure what an experiment file describes");
    command->footer(
        R"(Stays in the foreground until the run ends and stores everything in the workspace,
where 'flip runs' and the window find it. Ctrl-C stops the run after its current
step and saves a checkpoint, from which --resume continues; a second Ctrl-C ends it
at once.

  flip run experiments/ml100k.toml
  flip run experiments/ml100k.toml --set finetune.branches=id --set seed=2
  flip run --resume flip-movielens-100k-1)");
    auto options = std::make_shared<RunOptions>();
    command->add_option("experiment", options->experiment, "experiment file; not with --resume")
        ->type_name("EXPERIMENT.toml");
    command
        ->add_option("--set", options->assignments,
                     "override an option of the file; may be repeated for other options")
        ->take_all()
        ->expected(1)
        ->type_name("KEY=VALUE");
    command
        ->add_option("--resume", options->work.resume,
                     "resume this run, which was stopped, failed or crashed")
        ->type_name("RUN");
    command
        ->add_option("--name", options->work.name,
                     "name of the new run (default: made from what it trains and its dataset)")
        ->type_name("NAME");
    command->add_flag("--json", options->work.json,
                      "print the result as one JSON object, after the events if --events is set");
    command->add_flag("--events", options->work.events,
                      "print each event as a JSON object on a line of its own");
    command->add_flag("--options", options->options,
                      "print an experiment file with every option, its default and what it does");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command
