#include "core/launch/sweep_plan.h"

#include "core/base/trimmed.h"
#include "core/store/sweep_name.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>

namespace flip {

namespace {

const std::string kGrid = "--grid";

/// Splits at commas outside brackets and quotes.
std::vector<std::string> valuesOf(std::string_view text) {
    std::vector<std::string> values(1);
    int depth = 0;
    char quote = 0;
    for (const char letter : text) {
        if (quote != 0) {
            quote = letter == quote ? 0 : quote;
        } else if (letter == '"' || letter == '\'') {
            quote = letter;
        } else if (letter == '[' || letter == ']') {
            depth += letter == '[' ? 1 : -1;
        } else if (letter == ',' && depth <= 0) {
            values.emplace_back();
            continue;
        }
        values.back() += letter;
    }
    for (std::string& value : values) {
        value = std::string(trimmed(value, " \t"));
    }
    return values;
}

/// The key before the "=" of an assignment.
std::string keyOf(std::string_view assignment) {
    return std::string(trimmed(assignment.substr(0, assignment.find('=')), " \t"));
}

Result<void> checkContradictions(const SweepRequest& request) {
    std::vector<std::string> keys;
    for (const GridAxis& axis : request.axes) {
        if (std::ranges::find(keys, axis.key) != keys.end()) {
            return Problem{"'" + axis.key + "' is given twice; write its values into one --grid",
                           kGrid};
        }
        keys.push_back(axis.key);
    }
    for (const std::string& assignment : request.assignments) {
        const std::string key = keyOf(assignment);
        if (std::ranges::find(keys, key) != keys.end()) {
            return Problem{"'" + key + "' is in --grid too; leave one out", "--set"};
        }
        if (key == "seed" && !request.seeds.empty()) {
            return Problem{"'seed' is given by --seeds too; leave one out", "--set"};
        }
    }
    if (request.chooseOn.split != "valid" && !request.chooseOn.split.starts_with("valid_")) {
        return Problem{"'" + request.chooseOn.text() +
                           "' is not a metric of the validation split; write valid.auc, "
                           "valid.logloss or a part of the validation split",
                       "--choose-on"};
    }
    return {};
}

/// A recipe must have the metric that it is chosen by.
Result<void> checkChoice(const SweepExperiment& experiment, const RunSpec& spec,
                         const MetricName& chooseOn) {
    if (spec.kind == RunKind::Pretrain) {
        return Problem{"only pretrains, so it has no validation metric to choose by; write kind = "
                       "\"flip\" or \"finetune\"",
                       experiment.name};
    }
    if (!chooseOn.branch.empty() && spec.finetune.branches != Branches::Joint) {
        return Problem{"has no separate branches, so no " + chooseOn.text() +
                           "; write valid.auc or valid.logloss",
                       experiment.name};
    }
    return {};
}

Result<Combination> combine(const SweepRequest& request, std::size_t experiment,
                            std::vector<std::pair<std::string, std::string>> settings) {
    const SweepExperiment& swept = request.experiments[experiment];
    RunDraft draft = swept.draft;
    for (const std::string& assignment : request.assignments) {
        if (auto applied = applyAssignment(draft, assignment); !applied) {
            return applied.problem();
        }
    }
    for (const auto& [key, value] : settings) {
        if (auto applied = applyAssignment(draft, key + "=" + value); !applied) {
            return Problem{applied.problem().what, kGrid};
        }
        draft.entries.at(key).where = kGrid;
    }
    if (request.threads && !draft.entries.contains("threads")) {
        draft.set("threads", *request.threads);
    }
    Combination combination{.experiment = experiment, .settings = std::move(settings)};
    const auto add = [&]() -> Result<void> {
        auto spec = resolve(draft);
        if (!spec) {
            return spec.problem();
        }
        combination.specs.push_back(std::move(*spec));
        return checkChoice(swept, combination.specs.back(), request.chooseOn);
    };
    if (request.seeds.empty()) {
        if (auto added = add(); !added) {
            return added.problem();
        }
    }
    for (const std::int64_t seed : request.seeds) {
        draft.set("seed", seed, "--seeds");
        if (auto added = add(); !added) {
            return added.problem();
        }
    }
    return combination;
}

/// The preference for a stored run of this status in place of a new one; 0 = never.
int preferenceOf(RunStatus status) {
    switch (status) {
    case RunStatus::Finished:
        return 4;
    case RunStatus::Running:
        return 3;
    case RunStatus::Stopped:
    case RunStatus::Crashed:
    case RunStatus::Failed:
        return 2;
    case RunStatus::Diverged:
        return 1;
    }
    return 0;
}

} // namespace

Result<GridAxis> readGridAxis(std::string_view word) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || trimmed(word.substr(equals + 1), " \t").empty()) {
        return Problem{"'" + std::string(word) + "' has no values; write key=v1,v2,...", kGrid};
    }
    GridAxis axis{.key = keyOf(word), .values = valuesOf(word.substr(equals + 1))};
    if (axis.key == "seed") {
        return Problem{"the seed cannot be an axis of the grid; name the seeds with --seeds",
                       kGrid};
    }
    if (findOption(axis.key) == nullptr) {
        return Problem{
            "unknown key '" + axis.key + "'; did you mean '" + nearestKey(axis.key) + "'?", kGrid};
    }
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
        if (axis.values[i].empty()) {
            return Problem{"'" + std::string(word) +
                               "' has an empty value; write key=v1,v2,... (\"\" for empty text)",
                           kGrid};
        }
        if (std::find(axis.values.begin(), axis.values.begin() + static_cast<std::ptrdiff_t>(i),
                      axis.values[i]) != axis.values.begin() + static_cast<std::ptrdiff_t>(i)) {
            return Problem{"'" + axis.key + "' has the value " + axis.values[i] +
                               " twice; write each once",
                           kGrid};
        }
    }
    return axis;
}

Result<std::vector<std::int64_t>> readSeeds(std::string_view text) {
    std::vector<std::int64_t> seeds;
    for (const std::string& word : valuesOf(text)) {
        std::int64_t seed = 0;
        const auto read = std::from_chars(word.data(), word.data() + word.size(), seed);
        if (read.ec != std::errc() || read.ptr != word.data() + word.size() || seed < 0) {
            return Problem{"'" + word +
                               "' is not a seed; write whole numbers from 0, such as 1,2,3",
                           "--seeds"};
        }
        if (std::ranges::find(seeds, seed) != seeds.end()) {
            return Problem{"the seed " + word + " is given twice; write each seed once", "--seeds"};
        }
        seeds.push_back(seed);
    }
    return seeds;
}

std::string Combination::text() const {
    std::string text;
    for (const auto& [key, value] : settings) {
        text += (text.empty() ? "" : ", ") + key + "=" + value;
    }
    return text;
}

Result<std::vector<Combination>> expandGrid(const SweepRequest& request) {
    if (auto checked = checkContradictions(request); !checked) {
        return checked.problem();
    }
    constexpr std::size_t kMost = 100'000; // far beyond any sweep, far below what fills memory
    std::size_t points = 1;
    for (const GridAxis& axis : request.axes) {
        points *= axis.values.size();
        if (points > kMost) {
            return Problem{"makes more than " + std::to_string(kMost) +
                               " combinations; try fewer values",
                           kGrid};
        }
    }
    std::vector<Combination> combinations;
    std::map<std::string, std::string> recipes; // to the name of their combination
    for (std::size_t experiment = 0; experiment < request.experiments.size(); ++experiment) {
        for (std::size_t point = 0; point < points; ++point) {
            std::vector<std::pair<std::string, std::string>> settings;
            std::size_t rest = point;
            std::for_each(request.axes.rbegin(), request.axes.rend(), [&](const GridAxis& axis) {
                settings.emplace_back(axis.key, axis.values[rest % axis.values.size()]);
                rest /= axis.values.size();
            });
            std::ranges::reverse(settings);
            auto combination = combine(request, experiment, std::move(settings));
            if (!combination) {
                return combination.problem();
            }
            const std::string text = combination->text();
            const std::string name =
                request.experiments[experiment].name + (text.empty() ? "" : " with " + text);
            const auto [other, isNew] =
                recipes.emplace(toToml(comparableRecipe(combination->specs.front())), name);
            if (!isNew) {
                return Problem{"is the same recipe as " + other->second + "; leave one out", name};
            }
            combinations.push_back(std::move(*combination));
        }
    }
    return combinations;
}

const RunSummary* storedRunOf(const RunSpec& spec, const RunIdentity& inputs,
                              const std::vector<RunSummary>& runs) {
    const RunSummary* best = nullptr;
    const RunSpec recipe = comparableRecipe(spec);
    for (const RunSummary& run : runs) {
        if (run.datasetHash == inputs.dataset && run.seed == spec.seed &&
            preferenceOf(run.status) > (best == nullptr ? 0 : preferenceOf(best->status)) &&
            changedInputs(run.identity, inputs).empty() &&
            differences(comparableRecipe(run.spec), recipe).empty()) {
            best = &run;
        }
    }
    return best;
}

std::int64_t firstFreeNumber(std::string_view prefix, const std::vector<RunSummary>& runs) {
    std::int64_t last = 0;
    for (const RunSummary& run : runs) {
        last = std::max(last, numberInSweep(run.name, prefix).value_or(0));
    }
    return last + 1;
}

} // namespace flip
