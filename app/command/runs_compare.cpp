#include "app/command/stored_runs.h"

#include "core/store/run_comparison.h"

#include <cstdio>

namespace flip::command {

namespace {

struct CompareOptions {
    std::vector<std::string> runs;
    std::vector<std::string> across;
    std::string split = "test";
    bool json = false;
};

Result<void> compare(const Workspace& workspace, RunStore& store, const CompareOptions& options) {
    if (options.split != "valid" && options.split != "test") {
        return Problem{"'" + options.split + "' is no split with predictions; write valid or test",
                       "--split"};
    }
    std::vector<std::string> across;
    for (const std::string& word : listElements(options.across)) {
        auto key = findGroupingKey(word, "--across");
        if (!key) {
            return key.problem();
        }
        across.push_back(std::move(*key));
    }
    const auto runs = findRuns(store, options.runs);
    if (!runs) {
        return runs.problem();
    }
    const auto comparison = compareRuns(
        workspace, *runs, options.split == "valid" ? Split::Valid : Split::Test, across);
    if (!comparison) {
        return comparison.problem();
    }
    if (options.json) {
        std::printf("%s\n", comparisonAsJson(*comparison).c_str());
    } else {
        std::printf("%s", describeComparison(*comparison).c_str());
    }
    return {};
}

} // namespace

void addRunsCompare(CLI::App& runs, Context& context) {
    auto* command = runs.add_subcommand(
        "compare", "runs on the same rows, each beside the first: paired test of the AUCs. Runs "
                   "that differ only in the seed count as one recipe, compared seed by seed");
    auto options = std::make_shared<CompareOptions>();
    command->add_option("runs", options->runs, "names of two or more runs")->required();
    command->add_option("--split", options->split, "valid or test (default)");
    command
        ->add_option("--across", options->across,
                     "options that may differ within a recipe, beside the seed")
        ->take_all()
        ->expected(1);
    command->add_flag("--json", options->json, "machine-readable");
    command->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return compare(workspace, store, *options);
        });
    });
}

} // namespace flip::command
