#include "app/command/command.h"
#include "app/engine/engine.h"

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

/// Files by what tells them apart: their stems, or as they were written.
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

Result<SweepRequest> requestOf(const SweepOptions& options) {
    SweepRequest request{.assignments = options.assignments, .allSeeds = options.allSeeds};
    if (options.work.jobs < 1) {
        return Problem{"write how many runs go side by side, from 1", "--jobs"};
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
        auto draft = readExperimentFile(options.experiments[i]);
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
    auto request = requestOf(options);
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
        "sweep", "every combination of some options' values; the best on validation is repeated "
                 "with every seed, and only that is judged on test");
    auto options = std::make_shared<SweepOptions>();
    command->add_option("experiments", options->experiments, "experiment files (TOML)")->required();
    command
        ->add_option("--grid", options->grids,
                     "key=v1,v2,... to try, repeatable; a comma inside brackets or quotes belongs "
                     "to a value")
        ->take_all()
        ->expected(1);
    command->add_option("--set", options->assignments, "key=value over every file's, repeatable")
        ->take_all()
        ->expected(1);
    command->add_option("--seeds", options->seeds,
                        "1,2,3: the first searches, all repeat the best (default: the file's own)");
    command->add_flag("--all-seeds", options->allSeeds,
                      "every combination with every seed; chooses by the mean");
    command->add_option("--choose-on", options->chooseOn,
                        "valid.auc (default), valid.logloss, valid.id.auc, ...; never test");
    command->add_option("--name", options->work.name,
                        "the runs are NAME-001, NAME-002, ... (default: sweep-EXPERIMENT)");
    command->add_option("--jobs", options->work.jobs,
                        "runs side by side, which share the cores unless threads is set (default "
                        "1)");
    command->add_flag("--resume", options->work.resume,
                      "take finished runs of the same recipe from the workspace, go on with "
                      "stopped ones");
    command->add_flag("--json", options->work.json, "the result as one JSON object on stdout");
    command->callback([options, &context] { sweep(*options, context); });
}

} // namespace flip::command
