#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/eval/delong.h"
#include "core/eval/spread.h"
#include "core/report/run_groups.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A run compared with a run of the first recipe, on the same rows.
struct ComparedPair {
    std::string run;
    std::string first;
    std::optional<PairedAucTest> test; // run minus first; absent if not defined
};

/// A recipe with its runs, and how they compare with the first recipe's runs.
struct ComparedRecipe {
    SameRecipe runs;
    std::vector<Metrics> metrics; // of the stored predictions, one per run
    std::optional<Spread> auc;
    std::optional<Spread> logLoss;
    std::vector<ComparedPair> pairs; // empty for the first recipe
    std::string verdict;             // in words; empty for the first recipe
};

/// Two or more recipes on the same rows.
struct RunComparison {
    Split split = Split::Test;
    std::int64_t rows = 0;
    std::int64_t positives = 0;
    std::string dataset;
    std::vector<std::string> columns; // options in which they differ
    std::vector<ComparedRecipe> recipes;
};

/// Compares runs by their stored predictions, each with the first: AUC, log loss, and the paired
/// test of the two AUCs (core/eval/delong.h). Runs that differ only in the seed and in `across` are
/// one recipe and are compared seed by seed; if all runs are of one recipe, each run is compared by
/// itself. Runs on different rows or without predictions are a Problem. Reads files.
Result<RunComparison> compareRuns(const Workspace& workspace, const std::vector<RunSummary>& runs,
                                  Split split, const std::vector<std::string>& across = {});

/// What the numbers show about a recipe compared with the first, in one or two sentences.
std::string verdictOf(const ComparedRecipe& first, const ComparedRecipe& other, std::int64_t rows);

/// Tables and verdicts for a terminal.
std::string describeComparison(const RunComparison& comparison);

/// One object with everything, for `flip runs compare --json`.
std::string comparisonAsJson(const RunComparison& comparison);

} // namespace flip
