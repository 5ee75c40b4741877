#include "app/command/stored_runs.h"

#include "core/report/run_groups.h"
#include "core/store/sweep_name.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace flip::command {

namespace {

Result<std::vector<std::string>> groupingKeys(const std::vector<std::string>& names,
                                              const char* where) {
    std::vector<std::string> keys;
    for (const std::string& name : names) {
        auto key = findGroupingKey(name, where);
        if (!key) {
            return key.problem();
        }
        if (std::ranges::find(keys, *key) == keys.end()) {
            keys.push_back(std::move(*key));
        }
    }
    return keys;
}

Result<RunTableRequest> requestOf(const TableOptions& options) {
    RunTableRequest request;
    const std::vector<std::string> names = listElements(options.metrics);
    for (const std::string& name :
         names.empty() ? std::vector<std::string>{"test.auc", "test.logloss"} : names) {
        auto metric = readMetricName(name, "--metric");
        if (!metric) {
            return metric.problem();
        }
        request.metrics.push_back(std::move(*metric));
    }
    std::vector<std::string> shown = listElements(options.by);
    request.bySweep = std::erase(shown, "sweep") > 0;
    auto by = groupingKeys(shown, "--by");
    if (!by) {
        return by.problem();
    }
    auto across = groupingKeys(listElements(options.across), "--across");
    if (!across) {
        return across.problem();
    }
    request.by = std::move(*by);
    request.across = std::move(*across);
    for (const std::string& key : request.across) {
        if (std::ranges::find(request.by, key) != request.by.end()) {
            return Problem{"'" + key + "' is in --by too; leave it out of one of them", "--across"};
        }
    }
    return request;
}

/// The named runs, then the runs of each sweep by their numbers. If neither is given, all runs, the
/// oldest first.
Result<StoredRuns> chosenRuns(RunStore& store, const TableOptions& options) {
    const std::vector<std::string> sweeps = listElements(options.sweeps);
    auto runs = findRuns(store, options.runs);
    if (!runs) {
        return runs.problem();
    }
    if (!options.runs.empty() && sweeps.empty()) {
        return StoredRuns{std::move(*runs), {}};
    }
    auto all = store.list();
    if (!all) {
        return all.problem();
    }
    std::ranges::reverse(all->runs);
    if (sweeps.empty()) {
        return all;
    }
    for (const std::string& prefix : sweeps) {
        std::vector<std::pair<std::int64_t, const RunSummary*>> found;
        for (const RunSummary& run : all->runs) {
            if (const auto number = numberInSweep(run.name, prefix)) {
                found.emplace_back(*number, &run);
            }
        }
        if (found.empty()) {
            return Problem{"no run is named " + sweepRunName(prefix, 1) +
                               " and so on; 'flip runs list' shows all",
                           "--sweep " + prefix};
        }
        std::ranges::sort(found);
        for (const auto& [number, run] : found) {
            if (std::ranges::find(*runs, run->name, &RunSummary::name) == runs->end()) {
                runs->push_back(*run);
            }
        }
    }
    return StoredRuns{std::move(*runs), std::move(all->unreadable)};
}

} // namespace

void addTableOptions(CLI::App& command, TableOptions& options) {
    const auto list = [&](const char* name, const char* value, std::vector<std::string>& values,
                          const char* help) {
        command.add_option(name, values, help)->take_all()->expected(1)->type_name(value);
    };
    list("--sweep", "NAME,...", options.sweeps,
         "take the runs of these sweeps, NAME-001 and so on");
    list("--by", "KEY,...", options.by,
         "options to show as columns and to sort by, such as backbone,dropout (default: those that "
         "differ between rows); sweep shows the name of each row's sweep");
    list("--across", "KEY,...", options.across,
         "options besides the seed that may differ within a row, such as finetune.from");
    list("--metric", "METRIC,...", options.metrics,
         "metrics to show: a split and auc or logloss, such as test.auc, or of one branch, such as "
         "test.id.auc (default test.auc,test.logloss)");
    takesOneOf(command.add_option("--format", options.format,
                                  "Markdown (default), CSV with all digits, or JSON"),
               {"md", "csv", "json"});
    command.add_flag("--json", options.json, "the same as --format json");
}

Result<void> showTable(RunStore& store, const TableOptions& options) {
    const auto request = requestOf(options);
    if (!request) {
        return request.problem();
    }
    const auto runs = chosenRuns(store, options);
    if (!runs) {
        return runs.problem();
    }
    const auto table = tableOf(runs->runs, *request);
    if (!table) {
        return table.problem();
    }
    for (const std::string& note : table->notes) {
        std::fprintf(stderr, "%s\n", note.c_str());
    }
    if (options.json || options.format == "json") {
        std::printf("%s\n", tableAsJson(*table).c_str());
    } else {
        std::printf(
            "%s", (options.format == "csv" ? tableAsCsv(*table) : tableAsMarkdown(*table)).c_str());
    }
    return reportUnreadable(*runs);
}

void addRunsTable(CLI::App& runs, Context& context) {
    auto* command = runs.add_subcommand(
        "table", "print one row for each recipe: mean and standard deviation over its seeds");
    command->footer(
        R"(Runs that differ only in the seed are one recipe. Only finished runs are included;
notes on standard error name the runs left out and what could mislead.

  flip runs table --sweep ids --by backbone --metric test.auc)");
    auto options = std::make_shared<TableOptions>();
    command->add_option("runs", options->runs, "names of runs (default: all, or those of --sweep)")
        ->type_name("RUN");
    addTableOptions(*command, *options);
    command->callback([options, &context] {
        withStore(context,
                  [&](const Workspace&, RunStore& store) { return showTable(store, *options); });
    });
}

} // namespace flip::command
