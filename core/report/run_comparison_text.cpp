#include "core/base/text_table.h"
#include "core/report/run_comparison.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

Json fromNumber(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json fromSpread(const std::optional<Spread>& spread) {
    return spread ? Json{{"n", spread->n}, {"mean", spread->mean}, {"sd", fromNumber(spread->sd)}}
                  : Json(nullptr);
}

Json fromPair(const ComparedPair& pair) {
    Json object{{"run", pair.run}, {"first", pair.first}, {"auc_difference", nullptr}};
    if (pair.test) {
        const Interval& difference = pair.test->difference;
        object["auc_difference"] = {
            {"value", difference.value}, {"low", difference.low}, {"high", difference.high}};
        object["z"] = fromNumber(pair.test->z);
        object["p"] = fromNumber(pair.test->p);
    }
    return object;
}

/// "run", or for several runs the first and how many more.
std::string nameOf(const ComparedRecipe& recipe) {
    const std::string& first = recipe.runs.front().name;
    return recipe.runs.size() == 1 ? first
                                   : fmt::format("{} and {} more", first, recipe.runs.size() - 1);
}

std::string seedsOf(const ComparedRecipe& recipe) {
    std::string seeds;
    for (const RunSummary& run : recipe.runs) {
        seeds += fmt::format("{}{}", seeds.empty() ? "" : " ", run.seed);
    }
    return seeds;
}

std::string recipesTable(const RunComparison& comparison) {
    TextTable table{.header = {"runs", "seeds", "AUC", "LogLoss"}};
    table.header.insert(table.header.end(), comparison.columns.begin(), comparison.columns.end());
    for (const ComparedRecipe& recipe : comparison.recipes) {
        auto& row = table.rows.emplace_back(
            std::vector<std::string>{nameOf(recipe), seedsOf(recipe), spreadText(recipe.auc, 4),
                                     spreadText(recipe.logLoss, 4)});
        for (const std::string& key : comparison.columns) {
            row.push_back(shownValue(recipe.runs.front().spec, key).value_or("–"));
        }
    }
    return asMarkdown(table);
}

std::string pairsTable(const RunComparison& comparison) {
    TextTable table{.header = {"run", "compared with", "AUC difference", "95 % interval", "p"}};
    for (const ComparedRecipe& recipe : comparison.recipes) {
        for (const ComparedPair& pair : recipe.pairs) {
            auto& row = table.rows.emplace_back(
                std::vector<std::string>{pair.run, pair.first, "-", "-", "-"});
            if (pair.test) {
                const Interval& difference = pair.test->difference;
                row[2] = fmt::format("{:+.4f}", difference.value);
                row[3] = fmt::format("{:+.4f} to {:+.4f}", difference.low, difference.high);
                row[4] = pair.test->p ? fmt::format("{:.2g}", *pair.test->p) : "-";
            }
        }
    }
    return asMarkdown(table);
}

} // namespace

std::string describeComparison(const RunComparison& comparison) {
    std::string text =
        fmt::format("{}, {} split: {} rows, {} positive\n\n{}\n{}\n", comparison.dataset,
                    splitName(comparison.split), comparison.rows, comparison.positives,
                    recipesTable(comparison), pairsTable(comparison));
    for (std::size_t i = 1; i < comparison.recipes.size(); ++i) {
        text += fmt::format("{} compared with {}: {}.\n", nameOf(comparison.recipes[i]),
                            nameOf(comparison.recipes.front()), comparison.recipes[i].verdict);
    }
    if (comparison.recipes.size() > 2) {
        const std::size_t tests = comparison.recipes.size() - 1;
        text += fmt::format("Each p is of one comparison alone; to hold for all {} comparisons "
                            "together it should be below {:.2g}.\n",
                            tests, 0.05 / static_cast<double>(tests));
    }
    return text;
}

std::string comparisonAsJson(const RunComparison& comparison) {
    Json recipes = Json::array();
    for (const ComparedRecipe& recipe : comparison.recipes) {
        Json object{{"runs", Json::array()}, {"options", Json::object()}};
        for (std::size_t i = 0; i < recipe.runs.size(); ++i) {
            object["runs"].push_back({{"run", recipe.runs[i].name},
                                      {"seed", recipe.runs[i].seed},
                                      {"auc", fromNumber(recipe.metrics[i].auc)},
                                      {"logloss", fromNumber(recipe.metrics[i].logLoss)}});
        }
        for (const std::string& key : comparison.columns) {
            const auto value = shownValue(recipe.runs.front().spec, key);
            object["options"][key] = value ? Json(*value) : Json();
        }
        object["auc"] = fromSpread(recipe.auc);
        object["logloss"] = fromSpread(recipe.logLoss);
        object["against_first"] = Json::array();
        for (const ComparedPair& pair : recipe.pairs) {
            object["against_first"].push_back(fromPair(pair));
        }
        object["verdict"] = recipe.verdict.empty() ? Json(nullptr) : Json(recipe.verdict);
        recipes.push_back(std::move(object));
    }
    const Json result{{"dataset", comparison.dataset},
                      {"dataset_hash", comparison.recipes.front().runs.front().datasetHash},
                      {"split", splitName(comparison.split)},
                      {"rows", comparison.rows},
                      {"positives", comparison.positives},
                      {"recipes", recipes}};
    return result.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace flip
