#include "core/base/text_table.h"
#include "core/report/run_groups.h"
#include "core/spec/options.h"
#include "core/store/sweep_name.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

std::string namesOf(const SameRecipe& runs) {
    std::string names;
    for (const RunSummary& run : runs) {
        names += (names.empty() ? "" : " ") + run.name;
    }
    return names;
}

std::string seedsOf(const SameRecipe& runs) {
    std::string seeds;
    for (const RunSummary& run : runs) {
        seeds += fmt::format("{}{}", seeds.empty() ? "" : " ", run.seed);
    }
    return seeds;
}

/// The columns that identify the recipe of a row.
std::vector<std::string> recipeHeader(const RunTable& table) {
    std::vector<std::string> header = table.columns;
    if (table.bySweep) {
        header.insert(header.begin(), "sweep");
    }
    return header;
}

/// `emptyCell` is shown for an option that the run does not read.
std::vector<std::string> recipeCells(const RunTable& table, const RunTableRow& row,
                                     const char* emptyCell) {
    std::vector<std::string> cells;
    if (table.bySweep) {
        cells.push_back(sweepOfRun(row.runs.front().name));
    }
    for (const std::string& key : table.columns) {
        cells.push_back(shownValue(row.runs.front().spec, key).value_or(emptyCell));
    }
    return cells;
}

std::string digits(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "";
}

Json fromOption(const RunSpec& spec, const std::string& key) {
    const Option& option = *findOption(key);
    return optionIsRead(option, spec)
               ? std::visit([](const auto& value) { return Json(value); }, option.get(spec))
               : Json();
}

} // namespace

std::string tableAsMarkdown(const RunTable& table) {
    TextTable text{.header = recipeHeader(table)};
    const bool named = text.header.empty(); // nothing else identifies the row
    if (named) {
        text.header.emplace_back("runs");
    }
    text.header.emplace_back("seeds");
    for (const MetricName& metric : table.metrics) {
        text.header.push_back(metric.label());
    }
    for (const RunTableRow& row : table.rows) {
        std::vector<std::string> cells = recipeCells(table, row, /*emptyCell=*/"–");
        if (named) {
            cells.push_back(namesOf(row.runs));
        }
        cells.push_back(seedsOf(row.runs));
        for (const auto& spread : row.metrics) {
            cells.push_back(spreadText(spread, 4));
        }
        text.rows.push_back(std::move(cells));
    }
    return asMarkdown(text);
}

std::string tableAsCsv(const RunTable& table) {
    TextTable text{.header = recipeHeader(table)};
    text.header.insert(text.header.end(), {"n", "seeds"});
    for (const MetricName& metric : table.metrics) {
        text.header.insert(text.header.end(), {metric.text() + ".mean", metric.text() + ".sd"});
    }
    text.header.emplace_back("runs");
    for (const RunTableRow& row : table.rows) {
        std::vector<std::string> cells = recipeCells(table, row, /*emptyCell=*/"");
        cells.insert(cells.end(), {std::to_string(row.runs.size()), seedsOf(row.runs)});
        for (const auto& spread : row.metrics) {
            cells.push_back(digits(spread ? std::optional(spread->mean) : std::nullopt));
            cells.push_back(digits(spread ? spread->sd : std::nullopt));
        }
        cells.push_back(namesOf(row.runs));
        text.rows.push_back(std::move(cells));
    }
    return asCsv(text);
}

std::string tableAsJson(const RunTable& table) {
    Json list = Json::array();
    for (const RunTableRow& row : table.rows) {
        Json object{{"options", Json::object()}, {"n", row.runs.size()}};
        if (table.bySweep) {
            object["sweep"] = sweepOfRun(row.runs.front().name);
        }
        for (const std::string& key : table.columns) {
            object["options"][key] = fromOption(row.runs.front().spec, key);
        }
        for (const RunSummary& run : row.runs) {
            object["seeds"].push_back(run.seed);
            object["runs"].push_back(run.name);
        }
        object["metrics"] = Json::object();
        for (std::size_t i = 0; i < table.metrics.size(); ++i) {
            const auto& spread = row.metrics[i];
            object["metrics"][table.metrics[i].text()] =
                spread ? Json{{"n", spread->n},
                              {"mean", spread->mean},
                              {"sd", spread->sd ? Json(*spread->sd) : Json(nullptr)}}
                       : Json(nullptr);
        }
        list.push_back(std::move(object));
    }
    return list.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace flip
