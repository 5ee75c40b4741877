#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace flip::command {

namespace {

struct SweepOptions {
    std::vector<std::string> experiments;
    std::vector<std::string> grids;
    std::vector<std::string> assignments;
    std::string seeds;
    std::string chooseOn = "valid.auc";
    bool allSeeds = false;
    engine::SweepWork work;
};

/// Names for the files: their stems, or the full names if two stems are equal.
std::vector<std::string> namesOf(const std::vector<std::string>& files) {
    std::vector<std::string> names;
    for (const std::string& file : files) {
        std::string stem = std::filesystem::path(file).stem().string();
        if (std::ranges::find(names, stem) != names.end()) {
            return files;
        }
        names.push_back(std::move(stem));
    }
    return names;
}

Result<SweepRequest> requestOf(const SweepOptions& options, Context& context) {
    SweepRequest request{.assignments = options.assignments, .allSeeds = options.allSeeds};
    if (options.work.jobs < 1) {
        return Problem{"write how many runs to run in parallel, from 1", "--jobs"};
    }
    auto chooseOn = readMetricName(options.chooseOn, "--choose-on");
    if (!chooseOn) {
        return chooseOn.problem();
    }
    request.chooseOn = std::move(*chooseOn);
    if (!options.seeds.empty()) {
        auto seeds = readSeeds(options.seeds);
        if (!seeds) {
            return seeds.problem();
        }
        request.seeds = std::move(*seeds);
    }
    for (const std::string& grid : options.grids) {
        auto axis = readGridAxis(grid);
        if (!axis) {
            return axis.problem();
        }
        request.axes.push_back(std::move(*axis));
    }
    const std::vector<std::string> names = namesOf(options.experiments);
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto draft = readExperimentFile(options.experiments[i], context);
        if (!draft) {
            return draft.problem();
        }
        request.experiments.push_back({names[i], std::move(*draft)});
    }
    if (options.work.jobs > 1) {
        const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
        request.threads = std::max<std::int64_t>(cores / options.work.jobs, 1);
    }
    return request;
}

void sweep(SweepOptions& options, Context& context) {
    auto request = requestOf(options, context);
    if (!request) {
        return context.fail(request.problem());
    }
    auto combinations = expandGrid(*request);
    if (!combinations) {
        return context.fail(combinations.problem());
    }
    options.work.request = std::move(*request);
    options.work.combinations = std::move(*combinations);
    engine::sweep(std::move(options.work), context);
}

} // namespace

void addSweep(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "sweep", "search over option values, choose by validation, and evaluate the best on test");
    command->footer(
        R"(Runs every combination of the values in --grid for each experiment file, chooses
the best by its validation metric alone, repeats it with every seed, and prints its
mean and standard deviation on test. Ctrl-C stops the runs with checkpoints; the
same command with --resume continues.

  flip sweep lr.toml fm.toml --grid finetune.embedding_l2=1e-6,1e-5 --seeds 1,2,3)");
    auto options = std::make_shared<SweepOptions>();
    command->add_option("experiments", options->experiments, "experiment files")
        ->required()
        ->type_name("EXPERIMENT.toml");
    command
        ->add_option("--grid", options->grids,
                     "values to try for an option; may be repeated for other options, and then "
                     "every combination is run. A comma inside brackets or quotes is part of a "
                     "value")
        ->take_all()
        ->expected(1)
        ->type_name("KEY=V1,V2,...");
    command
        ->add_option("--set", options->assignments,
                     "override an option of all files; may be repeated for other options")
        ->take_all()
        ->expected(1)
        ->type_name("KEY=VALUE");
    command
        ->add_option("--seeds", options->seeds,
                     "seeds, such as 1,2,3: the search uses the first, and the best is repeated "
                     "with the others (default: the seed in the file)")
        ->type_name("N,...");
    command->add_flag("--all-seeds", options->allSeeds,
                      "search with every seed, and choose by their mean");
    command
        ->add_option("--choose-on", options->chooseOn,
                     "metric to choose the best by: valid.auc (default), valid.logloss, or that of "
                     "one branch, such as valid.id.auc; test metrics are refused")
        ->type_name("METRIC");
    command
        ->add_option("--name", options->work.name,
                     "names the runs NAME-001, NAME-002 and so on (default: sweep-EXPERIMENT)")
        ->type_name("NAME");
    command
        ->add_option("--jobs", options->work.jobs,
                     "runs in parallel; they share the cores unless the option threads is set "
                     "(default 1)")
        ->type_name("N");
    command->add_flag("--resume", options->work.resume,
                      "use finished runs of the same recipe from the workspace, and resume "
                      "stopped ones");
    command->add_flag("--json", options->work.json, "print the result as one JSON object");
    command->callback([options, &context] { sweep(*options, context); });
}

} // namespace flip::command
