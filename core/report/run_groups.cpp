#include "core/report/run_groups.h"

#include "core/spec/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace flip {

namespace {

constexpr std::string_view kSeed = "seed";

/// Everything that decides a run's numbers except its initial weights, as one text; options named
/// in `without` are ignored.
std::string recipeText(const RunSummary& run, const std::vector<std::string>& without) {
    RunSpec spec = comparableRecipe(run.spec);
    for (const std::string& key : without) {
        const Option* option = findOption(key);
        option->set(spec, option->defaultValue);
    }
    return run.datasetHash + "\n" + toToml(spec);
}

/// Hashes of a run's initial weights, if its recipe reads any; empty if they are not known.
std::string weightsOf(const RunSummary& run, const std::vector<std::string>& without) {
    const bool anyParent = std::ranges::find(without, "finetune.from") != without.end();
    const std::string& parent = anyParent ? std::string() : run.identity.parent;
    const std::string& model = run.identity.languageModel;
    return model.empty() && parent.empty() ? std::string() : model + " " + parent;
}

/// For each recipe the known initial weights of its runs.
using KnownWeights = std::map<std::string, std::set<std::string>>;

KnownWeights knownWeights(const std::vector<RunSummary>& runs,
                          const std::vector<std::string>& without) {
    KnownWeights known;
    for (const RunSummary& run : runs) {
        if (const std::string weights = weightsOf(run, without); !weights.empty()) {
            known[recipeText(run, without)].insert(weights);
        }
    }
    return known;
}

/// Equal for runs of the same recipe and initial weights. Runs of older programs did not store
/// their weights; they are assumed to have those of the other runs if these are all the same.
std::string recipeWithWeights(const RunSummary& run, const std::vector<std::string>& without,
                              const KnownWeights& known) {
    const std::string recipe = recipeText(run, without);
    const auto found = known.find(recipe);
    const bool several = found != known.end() && found->second.size() > 1;
    return several ? recipe + "\n" + weightsOf(run, without) : recipe;
}

std::vector<std::string> withSeed(std::vector<std::string> keys) {
    keys.emplace_back(kSeed);
    return keys;
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > kMost ? fmt::format("{} and {} more", text, names.size() - kMost) : text;
}

/// The finished runs, without repetitions of the same recipe and seed; notes what was left out.
std::vector<RunSummary> countedRuns(const std::vector<RunSummary>& runs,
                                    std::vector<std::string>& notes) {
    std::vector<RunSummary> counted;
    std::vector<std::string> unfinished;
    std::vector<std::string> repeated;
    std::set<std::string> seen;
    const KnownWeights known = knownWeights(runs, {});
    for (const RunSummary& run : runs) {
        if (run.status != RunStatus::Finished) {
            unfinished.push_back(run.name);
        } else if (!seen.insert(recipeWithWeights(run, {}, known)).second) {
            repeated.push_back(run.name);
        } else {
            counted.push_back(run);
        }
    }
    if (!unfinished.empty()) {
        notes.push_back("left out, not finished: " + listed(unfinished));
    }
    if (!repeated.empty()) {
        notes.push_back("left out, the same recipe and seed as another run: " + listed(repeated));
    }
    return counted;
}

void noteHiddenDifferences(const std::vector<SameRecipe>& groups,
                           const std::vector<std::string>& columns,
                           const std::vector<std::string>& across,
                           std::vector<std::string>& notes) {
    std::vector<std::string> hidden;
    for (const std::string& key : differingOptions(groups, across)) {
        if (std::ranges::find(columns, key) == columns.end()) {
            hidden.push_back(key);
        }
    }
    if (!hidden.empty()) {
        notes.push_back("rows also differ in " + listed(hidden));
    }
    std::map<std::string, std::set<std::string>> models; // hashes by the name in the recipe
    for (const SameRecipe& group : groups) {
        const RunSummary& run = group.front();
        if (!run.identity.languageModel.empty()) {
            models[run.spec.plm.path].insert(run.identity.languageModel);
        }
    }
    for (const auto& [name, hashes] : models) {
        if (hashes.size() > 1) {
            notes.push_back(fmt::format("rows started from {} different language models named '{}'",
                                        hashes.size(), name));
        }
    }
    std::map<std::string, std::set<std::string>> contents; // by dataset name
    for (const SameRecipe& group : groups) {
        contents[group.front().dataset].insert(group.front().datasetHash);
    }
    for (const auto& [dataset, hashes] : contents) {
        if (hashes.size() > 1) {
            notes.push_back(fmt::format("rows of '{}' are of {} different versions of that dataset",
                                        dataset, hashes.size()));
        }
    }
}

void sortBy(std::vector<SameRecipe>& groups, const std::vector<std::string>& keys) {
    const auto values = [&](const SameRecipe& group) {
        std::vector<OptionValue> all;
        for (const std::string& key : keys) {
            all.push_back(findOption(key)->get(group.front().spec));
        }
        return all;
    };
    std::ranges::stable_sort(
        groups, [&](const SameRecipe& a, const SameRecipe& b) { return values(a) < values(b); });
}

} // namespace

std::vector<SameRecipe> sameRecipes(const std::vector<RunSummary>& runs,
                                    const std::vector<std::string>& across) {
    const std::vector<std::string> without = withSeed(across);
    std::vector<SameRecipe> groups;
    std::map<std::string, std::size_t> places;
    const KnownWeights known = knownWeights(runs, without);
    for (const RunSummary& run : runs) {
        const auto [place, isNew] =
            places.emplace(recipeWithWeights(run, without, known), groups.size());
        if (isNew) {
            groups.emplace_back();
        }
        groups[place->second].push_back(run);
    }
    return groups;
}

std::vector<std::string> differingOptions(const std::vector<SameRecipe>& groups,
                                          const std::vector<std::string>& across) {
    const std::vector<std::string> without = withSeed(across);
    std::vector<std::string> keys;
    for (const Option& option : options()) {
        std::optional<OptionValue> first;
        const bool differs = std::ranges::any_of(groups, [&](const SameRecipe& group) {
            const RunSpec& spec = group.front().spec;
            if (option.outsideRecipe || !optionIsRead(option, spec)) {
                return false;
            }
            const OptionValue value = option.get(spec);
            if (!first) {
                first = value;
            }
            return value != *first;
        });
        if (differs && std::ranges::find(without, option.key) == without.end()) {
            keys.push_back(option.key);
        }
    }
    return keys;
}

std::optional<std::string> shownValue(const RunSpec& spec, const std::string& key) {
    const Option& option = *findOption(key);
    if (!optionIsRead(option, spec)) {
        return std::nullopt;
    }
    const OptionValue value = option.get(spec);
    const auto* word = std::get_if<std::string>(&value);
    return word != nullptr && !word->empty() ? *word : formatValue(value);
}

Result<std::string> findGroupingKey(const std::string& word, const std::string& where) {
    std::vector<std::string> found;
    for (const Option& option : options()) {
        if (option.key == word) {
            found = {word};
            break;
        }
        if (option.key.ends_with("." + word)) {
            found.push_back(option.key);
        }
    }
    if (found.empty()) {
        return Problem{fmt::format("unknown key '{}'; did you mean '{}'?", word, nearestKey(word)),
                       where};
    }
    if (found.size() > 1) {
        return Problem{
            fmt::format("'{}' may mean {}; write the full key", word, fmt::join(found, " or ")),
            where};
    }
    if (found.front() == kSeed) {
        return Problem{"runs that differ in the seed are one row; omit seed", where};
    }
    return found.front();
}

Result<RunTable> tableOf(const std::vector<RunSummary>& runs, const RunTableRequest& request) {
    RunTable table{.bySweep = request.bySweep, .columns = request.by, .metrics = request.metrics};
    std::vector<SameRecipe> groups = sameRecipes(countedRuns(runs, table.notes), request.across);
    if (groups.empty()) {
        return Problem{"none of these runs is finished, so the table would be empty; 'flip runs "
                       "list' shows all runs",
                       ""};
    }
    if (request.by.empty() && !request.bySweep) {
        table.columns = differingOptions(groups, request.across);
    } else {
        sortBy(groups, request.by);
    }
    noteHiddenDifferences(groups, table.columns, request.across, table.notes);
    std::vector<std::string> incomplete;
    for (SameRecipe& group : groups) {
        std::ranges::stable_sort(group, {}, &RunSummary::seed);
        RunTableRow& row = table.rows.emplace_back();
        for (const MetricName& metric : request.metrics) {
            std::vector<double> values;
            for (const RunSummary& run : group) {
                if (const auto value = metric.of(run.end.metrics)) {
                    values.push_back(*value);
                }
            }
            if (!values.empty() && values.size() < group.size()) {
                incomplete.push_back(
                    fmt::format("{} (row of {})", metric.text(), group.front().name));
            }
            row.metrics.push_back(spreadOf(values));
        }
        row.runs = std::move(group);
    }
    if (!incomplete.empty()) {
        table.notes.push_back("missing in some runs of a row: " + listed(incomplete));
    }
    return table;
}

} // namespace flip
