#include "core/launch/sweep_result.h"

#include "core/base/text_table.h"
#include "core/eval/spread.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

const MetricName kValidAuc{.split = "valid"};
const MetricName kValidLogLoss{.split = "valid", .measure = MetricName::Measure::LogLoss};
const MetricName kTestAuc{.split = "test"};
const MetricName kTestLogLoss{.split = "test", .measure = MetricName::Measure::LogLoss};

/// The spread of a number over the first `count` runs of a combination that have it.
std::optional<Spread>
spreadOver(const std::vector<SweepRun>& runs, std::size_t count,
           const std::function<std::optional<double>(const SweepRun&)>& number) {
    std::vector<double> values;
    for (std::size_t i = 0; i < std::min(count, runs.size()); ++i) {
        if (const auto value = runs[i].finished() ? number(runs[i]) : std::nullopt) {
            values.push_back(*value);
        }
    }
    return spreadOf(values);
}

std::optional<Spread> spreadOver(const std::vector<SweepRun>& runs, std::size_t count,
                                 const MetricName& metric) {
    return spreadOver(runs, count, [&](const SweepRun& run) { return metric.of(run.end.metrics); });
}

std::optional<Spread> epochsOver(const std::vector<SweepRun>& runs, std::size_t count) {
    return spreadOver(runs, count, [](const SweepRun& run) {
        return std::optional(static_cast<double>(run.epochs));
    });
}

std::optional<Spread> secondsOver(const std::vector<SweepRun>& runs, std::size_t count) {
    return spreadOver(runs, count,
                      [](const SweepRun& run) { return std::optional(run.end.seconds); });
}

/// The metrics that the search's table shows: validation AUC and log loss, and the one to choose
/// by.
std::vector<MetricName> searchMetrics(const MetricName& chooseOn) {
    std::vector<MetricName> metrics{kValidAuc, kValidLogLoss};
    if (std::ranges::find(metrics, chooseOn) == metrics.end()) {
        metrics.insert(metrics.begin(), chooseOn);
    }
    return metrics;
}

std::string seedsOf(const std::vector<SweepRun>& runs, const std::vector<RunSpec>& specs) {
    std::string seeds;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].finished()) {
            seeds += (seeds.empty() ? "" : " ") + std::to_string(specs[i].seed);
        }
    }
    return seeds;
}

std::string searchTable(const SweepResult& result) {
    const bool several = result.request.experiments.size() > 1;
    const std::size_t seeds = result.searchedSeeds();
    TextTable table{.header = {"run"}};
    if (several) {
        table.header.emplace_back("experiment");
    }
    for (const GridAxis& axis : result.request.axes) {
        table.header.push_back(axis.key);
    }
    const std::vector<MetricName> metrics = searchMetrics(result.request.chooseOn);
    for (const MetricName& metric : metrics) {
        table.header.push_back(metric.label());
    }
    table.header.insert(table.header.end(), {"epochs", "seconds", ""});
    for (std::size_t i = 0; i < result.combinations.size(); ++i) {
        const Combination& combination = result.combinations[i];
        const std::vector<SweepRun>& runs = result.runs[i];
        auto& row = table.rows.emplace_back();
        row.push_back(runs.front().name + (seeds > 1 && runs.size() > 1 ? " ..." : ""));
        if (several) {
            row.push_back(result.request.experiments[combination.experiment].name);
        }
        for (const auto& setting : combination.settings) {
            row.push_back(setting.second);
        }
        for (const MetricName& metric : metrics) {
            row.push_back(spreadText(spreadOver(runs, seeds, metric), 4));
        }
        const auto epochs = epochsOver(runs, seeds);
        row.push_back(spreadText(epochs, epochs && epochs->sd ? 1 : 0));
        row.push_back(spreadText(secondsOver(runs, seeds), 1));
        const auto unfinished =
            std::find_if_not(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(seeds),
                             [](const SweepRun& run) { return run.finished(); });
        const bool complete = unfinished == runs.begin() + static_cast<std::ptrdiff_t>(seeds);
        row.push_back(result.chosen(combination.experiment) == i ? "chosen"
                      : complete                                 ? ""
                                                                 : unfinished->statusWord());
    }
    return asMarkdown(table);
}

std::string chosenTable(const SweepResult& result) {
    TextTable table{.header = {"experiment"}};
    for (const GridAxis& axis : result.request.axes) {
        table.header.push_back(axis.key);
    }
    table.header.insert(table.header.end(),
                        {"seeds", kValidAuc.label(), kTestAuc.label(), kTestLogLoss.label()});
    for (std::size_t e = 0; e < result.request.experiments.size(); ++e) {
        const auto chosen = result.chosen(e);
        if (!chosen) {
            continue;
        }
        auto& row = table.rows.emplace_back();
        row.push_back(result.request.experiments[e].name);
        for (const auto& setting : result.combinations[*chosen].settings) {
            row.push_back(setting.second);
        }
        const std::vector<SweepRun>& runs = result.runs[*chosen];
        row.push_back(seedsOf(runs, result.combinations[*chosen].specs));
        for (const MetricName& metric : {kValidAuc, kTestAuc, kTestLogLoss}) {
            row.push_back(spreadText(spreadOver(runs, runs.size(), metric), 4));
        }
    }
    return table.rows.empty() ? "" : asMarkdown(table);
}

Json fromSpread(const std::optional<Spread>& spread) {
    return spread ? Json{{"n", spread->n},
                         {"mean", spread->mean},
                         {"sd", spread->sd ? Json(*spread->sd) : Json(nullptr)}}
                  : Json(nullptr);
}

/// AUC and log loss of a split, by branch as in a run's result.
Json fromSplit(const std::vector<SweepRun>& runs, std::size_t count, const std::string& split) {
    Json object = Json::object();
    for (const std::string branch : {"", "id", "text"}) {
        const MetricName auc{.split = split, .branch = branch};
        const MetricName loss{
            .split = split, .branch = branch, .measure = MetricName::Measure::LogLoss};
        Json metrics{{"auc", fromSpread(spreadOver(runs, count, auc))},
                     {"logloss", fromSpread(spreadOver(runs, count, loss))}};
        if (branch.empty()) {
            object = std::move(metrics);
        } else if (!metrics["logloss"].is_null()) {
            object[branch] = std::move(metrics);
        }
    }
    return object;
}

Json fromRun(const SweepRun& run, std::int64_t seed) {
    return {{"run", run.name.empty() ? Json(nullptr) : Json(run.name)},
            {"seed", seed},
            {"status", run.statusWord()},
            {"epochs", run.epochs},
            {"seconds", run.end.seconds},
            {"problem", run.end.problem ? Json(run.end.problem->text()) : Json(nullptr)}};
}

} // namespace

std::size_t SweepResult::searchedSeeds() const {
    return request.allSeeds ? std::max<std::size_t>(request.seeds.size(), 1) : 1;
}

std::optional<std::size_t> SweepResult::chosen(std::size_t experiment) const {
    std::optional<std::size_t> best;
    double bestMean = 0;
    for (std::size_t i = 0; i < combinations.size(); ++i) {
        if (combinations[i].experiment != experiment) {
            continue;
        }
        const auto spread = spreadOver(runs[i], searchedSeeds(), request.chooseOn);
        if (spread && spread->n == searchedSeeds() &&
            (!best || request.chooseOn.better(spread->mean, bestMean))) {
            best = i;
            bestMean = spread->mean;
        }
    }
    return best;
}

std::string describeSweep(const SweepResult& result) {
    const std::string chosen = chosenTable(result);
    return searchTable(result) + (chosen.empty() ? "" : "\n" + chosen);
}

std::string sweepAsJson(const SweepResult& result) {
    Json experiments = Json::array();
    for (std::size_t e = 0; e < result.request.experiments.size(); ++e) {
        const auto chosen = result.chosen(e);
        Json list = Json::array();
        for (std::size_t i = 0; i < result.combinations.size(); ++i) {
            const Combination& combination = result.combinations[i];
            if (combination.experiment != e) {
                continue;
            }
            Json settings = Json::object();
            for (const auto& [key, value] : combination.settings) {
                const Option* option = findOption(key);
                settings[key] = std::visit([](const auto& typed) { return Json(typed); },
                                           option->get(combination.specs.front()));
            }
            const std::size_t seeds = result.searchedSeeds();
            Json runs = Json::array();
            for (std::size_t s = 0; s < result.runs[i].size(); ++s) {
                if (s < seeds || chosen == i) {
                    runs.push_back(fromRun(result.runs[i][s], combination.specs[s].seed));
                }
            }
            Json object{{"settings", std::move(settings)},
                        {"chosen", chosen == i},
                        {"valid", fromSplit(result.runs[i], seeds, "valid")},
                        {"epochs", fromSpread(epochsOver(result.runs[i], seeds))},
                        {"seconds", fromSpread(secondsOver(result.runs[i], seeds))},
                        {"runs", std::move(runs)}};
            if (chosen == i) {
                object["test"] = fromSplit(result.runs[i], result.runs[i].size(), "test");
            }
            list.push_back(std::move(object));
        }
        experiments.push_back({{"experiment", result.request.experiments[e].name},
                               {"combinations", std::move(list)}});
    }
    const Json object{{"choose_on", result.request.chooseOn.text()},
                      {"seeds", result.request.seeds},
                      {"experiments", std::move(experiments)}};
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace flip
