#include "app/command/stored_runs.h"

#include "core/report/run_comparison.h"

#include <CLI/CLI.hpp>

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
    std::vector<std::string> across;
    for (const std::string& name : listElements(options.across)) {
        auto key = findGroupingKey(name, "--across");
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
    auto* command =
        runs.add_subcommand("compare", "test whether runs on the same rows differ in their AUC");
    command->footer(
        R"(Compares each run with the first by their stored predictions: the difference of the
AUCs, its paired test (DeLong), its 95 % interval, and a verdict in words. Runs that
differ only in the seed count as one recipe and are compared seed by seed.

  flip runs compare id-movielens-100k-1 joint-movielens-100k-1)");
    auto options = std::make_shared<CompareOptions>();
    command->add_option("runs", options->runs, "names of two or more runs")
        ->required()
        ->type_name("RUN");
    takesOneOf(command->add_option("--split", options->split, "rows to compare on (default test)"),
               {"valid", "test"});
    command
        ->add_option("--across", options->across,
                     "options besides the seed that may differ within a recipe")
        ->take_all()
        ->expected(1)
        ->type_name("KEY,...");
    command->add_flag("--json", options->json, "print a JSON object");
    command->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return compare(workspace, store, *options);
        });
    });
}

} // namespace flip::command
