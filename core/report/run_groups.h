#pragma once

#include "core/base/result.h"
#include "core/eval/metric_name.h"
#include "core/eval/spread.h"
#include "core/store/run_store.h"

#include <optional>
#include <string>
#include <vector>

namespace flip {

/// Runs of the same recipe with different seeds: the same dataset content, the same initial weights
/// as far as they are known, and specs that differ only in the seed, in options to ignore, and in
/// options that a run does not read or that are outside the recipe. Never empty.
using SameRecipe = std::vector<RunSummary>;

/// Groups runs by recipe; groups and runs are in order of first appearance. `across` holds keys of
/// further options that may differ within a group.
std::vector<SameRecipe> sameRecipes(const std::vector<RunSummary>& runs,
                                    const std::vector<std::string>& across = {});

/// The options in which the first runs of the groups differ, as far as those runs read them, in
/// the order of the option table; without the seed and `across`.
std::vector<std::string> differingOptions(const std::vector<SameRecipe>& groups,
                                          const std::vector<std::string>& across = {});

/// An option's value as a table shows it: as in TOML, but words without quotes. nullopt if the run
/// does not read it.
std::optional<std::string> shownValue(const RunSpec& spec, const std::string& key);

/// The key that a user means: a key, or its last part if only one option has it ("backbone").
/// `where` is the location in the Problem. The seed is refused: runs of a group differ in it.
Result<std::string> findGroupingKey(const std::string& word, const std::string& where);

/// What a table of runs shows. Without `by` and `bySweep`: the options in which groups differ.
struct RunTableRequest {
    std::vector<MetricName> metrics;
    std::vector<std::string> by; // keys of the options shown
    bool bySweep = false;        // the first column is the sweep, see sweepOfRun
    std::vector<std::string> across;
};

/// One row: a recipe, and each metric over its runs; absent if no run has it.
struct RunTableRow {
    SameRecipe runs;
    std::vector<std::optional<Spread>> metrics;
};

/// A table of recipes with their spread over the seeds.
struct RunTable {
    bool bySweep = false;             // the first column names the sweep of a row's first run
    std::vector<std::string> columns; // keys of options
    std::vector<MetricName> metrics;
    std::vector<RunTableRow> rows;
    std::vector<std::string> notes; // what was left out or may mislead, one sentence each
};

/// Builds a table of the finished runs, with rows in the given order, or sorted by the values of
/// `by`. Of runs with the same recipe and seed only the first counts: exact repetitions would
/// reduce the spread. It is a Problem if no run is finished.
Result<RunTable> tableOf(const std::vector<RunSummary>& runs, const RunTableRequest& request);

/// Mean ± sample standard deviation with four decimals.
std::string tableAsMarkdown(const RunTable& table);

/// Mean and standard deviation in separate columns, with all digits.
std::string tableAsCsv(const RunTable& table);

/// A list of objects, for `flip runs table --json`.
std::string tableAsJson(const RunTable& table);

} // namespace flip
