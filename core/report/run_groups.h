#pragma once

#include "core/base/result.h"
#include "core/eval/metric_name.h"
#include "core/eval/spread.h"
#include "core/store/run_store.h"

#include <optional>
#include <string>
#include <vector>

namespace flip {

/// Runs that repeat one recipe with other chance: the same dataset content, the same weights to
/// begin with as far as they are known, whatever computed them, and specs that differ in nothing
/// that they read but the seed and what was asked to be passed over. Never empty.
using SameRecipe = std::vector<RunSummary>;

/// Puts runs of one recipe together, groups and runs in the order in which they first come.
/// `across` holds keys of further options that may differ within a group.
std::vector<SameRecipe> sameRecipes(const std::vector<RunSummary>& runs,
                                    const std::vector<std::string>& across = {});

/// The options in which the first runs of the groups differ, as far as those runs read them, in
/// the order of the option table; without the seed and `across`.
std::vector<std::string> differingOptions(const std::vector<SameRecipe>& groups,
                                          const std::vector<std::string>& across = {});

/// An option's value as a table shows it: as in TOML, plain words without their quotes. Nothing
/// where the run does not read it.
std::optional<std::string> shownValue(const RunSpec& spec, const std::string& key);

/// The key that a person means: a key, or its last part where only one option has it ("backbone").
/// `where` is what the Problem names. The seed is refused: it is what a group repeats.
Result<std::string> findGroupingKey(const std::string& word, const std::string& where);

/// What a table of runs shows. Where neither `by` nor `bySweep` says it: the options in which
/// groups differ.
struct RunTableRequest {
    std::vector<MetricName> metrics;
    std::vector<std::string> by; // keys of the options shown
    bool bySweep = false;        // the sweep's name stands first, see sweepOfRun
    std::vector<std::string> across;
};

/// One row: a recipe, and each metric over its runs; absent where no run has it.
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
    std::vector<std::string> notes; // what was left out or could mislead, one sentence each
};

/// Builds it of the finished ones of these runs, rows in their order, or by the values of `by`
/// where that is given. Of the same recipe with the same seed only the first counts: a repetition
/// without new chance would shrink the spread. No finished run is a Problem.
Result<RunTable> tableOf(const std::vector<RunSummary>& runs, const RunTableRequest& request);

/// Mean ± sample standard deviation with four decimals.
std::string tableAsMarkdown(const RunTable& table);

/// Mean and standard deviation in columns of their own, with all digits.
std::string tableAsCsv(const RunTable& table);

/// A list of objects, for `flip runs table --json`.
std::string tableAsJson(const RunTable& table);

} // namespace flip
