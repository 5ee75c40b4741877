#include "core/report/run_comparison.h"

#include "core/eval/metrics.h"
#include "core/store/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

namespace flip {

namespace {

/// A run's own logit on the rows of one split.
struct SplitLogits {
    std::vector<std::int64_t> rowIndex;
    std::vector<std::uint8_t> label;
    std::vector<double> logit;
};

Result<SplitLogits> loadSplit(const Workspace& workspace, const RunSummary& run, Split split) {
    const auto stored = predictionsOf(workspace, run.name);
    if (!stored) {
        return stored.problem();
    }
    SplitLogits columns;
    for (std::size_t row = 0; row < stored->split.size(); ++row) {
        if (stored->split[row] == static_cast<std::uint8_t>(split)) {
            columns.rowIndex.push_back(stored->rowIndex[row]);
            columns.label.push_back(stored->label[row]);
            columns.logit.push_back(stored->logit[row]);
        }
    }
    if (columns.label.empty()) {
        return Problem{fmt::format("predicts no rows of the {} split", splitName(split)), run.name};
    }
    return columns;
}

/// Which runs of two recipes are compared: those with equal seeds or, if no seed is common, the
/// first of each, the second of each, and so on.
std::vector<std::pair<std::size_t, std::size_t>> pairsOf(const SameRecipe& first,
                                                         const SameRecipe& other) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t b = 0; b < other.size(); ++b) {
        const auto same = std::ranges::find(first, other[b].seed, &RunSummary::seed);
        if (same != first.end()) {
            pairs.emplace_back(same - first.begin(), b);
        }
    }
    for (std::size_t i = 0; pairs.size() == i && i < std::min(first.size(), other.size()); ++i) {
        pairs.emplace_back(i, i);
    }
    return pairs;
}

std::string pText(double p) {
    if (p < 1e-4) {
        return "p < 0.0001";
    }
    return fmt::format("p = {:.{}f}", p, p < 0.01 ? 4 : 2);
}

/// 7286 as "7,286".
std::string grouped(std::int64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) {
        text.insert(at - 3, ",");
    }
    return text;
}

constexpr double kLevel = 0.05;

std::string verdictOfPair(const ComparedPair& pair, std::int64_t rows) {
    if (!pair.test) {
        return fmt::format(
            "the test is not defined on these {} rows: it needs two rows of each class",
            grouped(rows));
    }
    if (!pair.test->p) {
        return fmt::format("{} ranks these {} rows exactly as {} does", pair.run, grouped(rows),
                           pair.first);
    }
    const Interval& gain = pair.test->difference;
    if (*pair.test->p >= kLevel) {
        return fmt::format("no significant difference on these {} rows ({})", grouped(rows),
                           pText(*pair.test->p));
    }
    return fmt::format("{} is {} than {}: AUC {:+.4f}, 95 % interval {:+.4f} to {:+.4f} ({})",
                       pair.run, gain.value > 0 ? "better" : "worse", pair.first, gain.value,
                       gain.low, gain.high, pText(*pair.test->p));
}

/// The verdict on two recipes with several seeds, from their pairs of runs.
std::string verdictOfPairs(const std::vector<ComparedPair>& pairs, std::int64_t rows) {
    std::size_t better = 0;
    std::size_t worse = 0;
    for (const ComparedPair& pair : pairs) {
        if (pair.test && pair.test->p && *pair.test->p < kLevel) {
            (pair.test->difference.value > 0 ? better : worse) += 1;
        }
    }
    const std::size_t all = pairs.size();
    if (better + worse == 0) {
        return fmt::format("no significant difference on these {} rows in any of {} pairs",
                           grouped(rows), all);
    }
    if (better > 0 && worse > 0) {
        return fmt::format(
            "better in {} and worse in {} of {} pairs (p < {}): the result depends on the seed",
            better, worse, all, kLevel);
    }
    return fmt::format("{} in {} of {} pairs (p < {})", better > 0 ? "better" : "worse",
                       better + worse, all, kLevel);
}

void measureAll(RunComparison& comparison, const std::map<std::string, SplitLogits>& logits) {
    const std::vector<std::uint8_t>& labels = logits.begin()->second.label;
    ComparedRecipe& first = comparison.recipes.front();
    for (ComparedRecipe& recipe : comparison.recipes) {
        std::vector<double> aucs;
        std::vector<double> losses;
        for (const RunSummary& run : recipe.runs) {
            const Metrics& one =
                recipe.metrics.emplace_back(measure(logits.at(run.name).logit, labels));
            if (one.auc) {
                aucs.push_back(*one.auc);
            }
            losses.push_back(one.logLoss);
        }
        recipe.auc = spreadOf(aucs);
        recipe.logLoss = spreadOf(losses);
        if (&recipe == &first) {
            continue;
        }
        for (const auto& [a, b] : pairsOf(first.runs, recipe.runs)) {
            const std::string& firstName = first.runs[a].name;
            const std::string& name = recipe.runs[b].name;
            recipe.pairs.push_back(
                {name, firstName,
                 pairedAucTest(logits.at(name).logit, logits.at(firstName).logit, labels)});
        }
        recipe.verdict = verdictOf(first, recipe, comparison.rows);
    }
}

} // namespace

std::string verdictOf(const ComparedRecipe& first, const ComparedRecipe& other, std::int64_t rows) {
    if (other.pairs.empty()) {
        return "nothing to compare";
    }
    const bool repeated = first.auc && other.auc && first.auc->sd && other.auc->sd;
    std::string text = other.pairs.size() == 1 ? verdictOfPair(other.pairs.front(), rows)
                                               : verdictOfPairs(other.pairs, rows);
    if (!repeated) {
        return text + "; a single seed does not show what other seeds would give";
    }
    const double gain = other.auc->mean - first.auc->mean;
    const double spread = std::max(*first.auc->sd, *other.auc->sd);
    return text +
           fmt::format("; the means differ by {:+.4f} AUC, {} the seeds' own spread of {:.4f}",
                       gain, std::abs(gain) > spread ? "more than" : "no more than", spread);
}

Result<RunComparison> compareRuns(const Workspace& workspace, const std::vector<RunSummary>& runs,
                                  Split split, const std::vector<std::string>& across) {
    if (runs.size() < 2) {
        return Problem{"name at least two runs", "compare"};
    }
    std::map<std::string, SplitLogits> logits;
    for (const RunSummary& run : runs) {
        if (logits.contains(run.name)) {
            return Problem{"is named twice; name each run once", run.name};
        }
        auto loaded = loadSplit(workspace, run, split);
        if (!loaded) {
            return loaded.problem();
        }
        logits.emplace(run.name, std::move(*loaded));
    }
    const SplitLogits& first = logits.at(runs.front().name);
    for (const RunSummary& run : runs) {
        const SplitLogits& other = logits.at(run.name);
        if (run.datasetHash != runs.front().datasetHash || other.rowIndex != first.rowIndex ||
            other.label != first.label) {
            return Problem{
                fmt::format("predicts other rows than {} (dataset '{}' with hash {}, there '{}' "
                            "with hash {}); only runs on the same rows and split can be compared",
                            runs.front().name, run.dataset, run.datasetHash, runs.front().dataset,
                            runs.front().datasetHash),
                run.name};
        }
    }
    std::vector<SameRecipe> groups = sameRecipes(runs, across);
    if (groups.size() == 1) {
        groups.clear();
        for (const RunSummary& run : runs) {
            groups.push_back({run});
        }
    }
    RunComparison comparison{
        .split = split,
        .rows = static_cast<std::int64_t>(first.label.size()),
        .positives = std::ranges::count_if(first.label, [](auto label) { return label != 0; }),
        .dataset = runs.front().dataset,
        .columns = differingOptions(groups, across)};
    for (SameRecipe& group : groups) {
        std::ranges::stable_sort(group, {}, &RunSummary::seed);
        comparison.recipes.push_back({.runs = std::move(group)});
    }
    measureAll(comparison, logits);
    return comparison;
}

} // namespace flip
