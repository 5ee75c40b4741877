#include "core/report/run_metrics.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string_view>

namespace flip {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLabelWidth = 28;
constexpr std::size_t kCellWidth = 13;
constexpr std::size_t kValueWidth = 28;
constexpr std::string_view kNotDefined = "-";

Json fromNumber(std::optional<double> value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json fromMetrics(const Metrics& metrics) {
    return {{"auc", fromNumber(metrics.auc)},
            {"logloss", fromNumber(metrics.logLoss)},
            {"rows", metrics.rows},
            {"positives", metrics.positives}};
}

Json fromBins(const Calibration& calibration) {
    Json list = Json::array();
    for (const CalibrationBin& bin : calibration.bins) {
        list.push_back({{"predicted", bin.meanPrediction},
                        {"observed", bin.positiveShare},
                        {"rows", bin.rows}});
    }
    return list;
}

Json fromRanking(const RankingMetrics& ranking, const std::string& user) {
    Json at = Json::array();
    for (const RankingAt& one : ranking.at) {
        at.push_back(
            {{"k", one.k}, {"recall", one.recall}, {"ndcg", one.ndcg}, {"hit_rate", one.hitRate}});
    }
    return {
        {"user", user},         {"users", ranking.users},        {"users_used", ranking.usersUsed},
        {"rows", ranking.rows}, {"rows_used", ranking.rowsUsed}, {"at", at}};
}

Json fromSlices(const FieldSlices& slices) {
    Json values = Json::array();
    for (const SliceOfValue& slice : slices.largest) {
        Json one{{"value", slice.value}};
        one.update(fromMetrics(slice.metrics));
        values.push_back(std::move(one));
    }
    return {{"values", values},
            {"other_values", slices.otherValues},
            {"others", slices.otherValues > 0 ? fromMetrics(slices.others) : Json(nullptr)}};
}

Json fromBranch(const BranchQuality& quality, const std::string& user) {
    Json object = fromMetrics(quality.metrics);
    object["auc_low"] = quality.auc ? fromNumber(quality.auc->low) : Json(nullptr);
    object["auc_high"] = quality.auc ? fromNumber(quality.auc->high) : Json(nullptr);
    object["ne"] = fromNumber(quality.normalisedEntropy);
    object["predicted_over_observed"] = fromNumber(quality.predictedOverObserved);
    object["ece"] = fromNumber(quality.equalWidth.error);
    object["ece_equal_count"] = fromNumber(quality.equalCount.error);
    object["gauc"] = Json::object();
    for (const auto& [field, grouped] : quality.grouped) {
        object["gauc"][field] = {{"auc", fromNumber(grouped.auc)},
                                 {"groups", grouped.groups},
                                 {"groups_used", grouped.groupsUsed},
                                 {"rows", grouped.rows},
                                 {"rows_used", grouped.rowsUsed}};
    }
    object["ranking"] = quality.ranking ? fromRanking(*quality.ranking, user) : Json(nullptr);
    object["slices"] = Json::object();
    for (const auto& [field, slices] : quality.slices) {
        object["slices"][field] = fromSlices(slices);
    }
    object["reliability"] = fromBins(quality.equalWidth);
    object["reliability_equal_count"] = fromBins(quality.equalCount);
    return object;
}

Json fromTest(const PairedAucTest& test) {
    return {{"difference", test.difference.value},
            {"low", test.difference.low},
            {"high", test.difference.high},
            {"z", fromNumber(test.z)},
            {"p", fromNumber(test.p)}};
}

// The tables.

std::string decimals(std::optional<double> value) {
    return value && std::isfinite(*value) ? fmt::format("{:.4f}", *value)
                                          : std::string(kNotDefined);
}

std::string partOf(std::int64_t part, std::int64_t all) {
    return fmt::format("{} of {}", part, all);
}

std::string branchWord(const std::string& branch, const SplitQuality& split) {
    return !branch.empty() ? branch : split.branches.size() > 1 ? "joint" : "";
}

std::string splitWord(const SplitQuality& split) {
    return std::string(splitName(split.split));
}

/// Truncated or padded to `width` characters; continuation bytes of UTF-8 do not count.
std::string fitted(const std::string& text, std::size_t width) {
    std::string result;
    std::size_t characters = 0;
    for (const char byte : text) {
        const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
        characters += continues ? 0 : 1;
        if (characters > width) {
            break;
        }
        result += byte == '\n' || byte == '\r' || byte == '\t' ? ' ' : byte;
    }
    return result + std::string(width - std::min(characters, width), ' ');
}

/// Lines with a label and one cell for each branch of each split.
class Columns {
public:
    explicit Columns(const RunQuality& quality) : quality_(quality) {}

    void add(const std::string& label,
             const std::function<std::string(const SplitQuality&, const std::string&,
                                             const BranchQuality&)>& cell) {
        std::string line = "  " + fitted(label, kLabelWidth);
        for (const SplitQuality& split : quality_.splits) {
            for (const auto& [branch, measured] : split.branches) {
                line += fmt::format("{:>{}}", cell(split, branch, measured), kCellWidth);
            }
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text_ += line + "\n";
    }
    void add(const std::string& label,
             const std::function<std::string(const BranchQuality&)>& cell) {
        add(label, [&](const SplitQuality&, const std::string&, const BranchQuality& measured) {
            return cell(measured);
        });
    }
    const std::string& text() const { return text_; }

private:
    const RunQuality& quality_;
    std::string text_;
};

void addPlain(Columns& table, const MetricsRequest& request) {
    table.add("rows", [](const BranchQuality& b) { return std::to_string(b.metrics.rows); });
    table.add("positives",
              [](const BranchQuality& b) { return std::to_string(b.metrics.positives); });
    table.add("AUC", [](const BranchQuality& b) { return decimals(b.metrics.auc); });
    table.add("  95 % interval (DeLong)", [](const BranchQuality& b) {
        return b.auc ? fmt::format("+-{:.4f}", (b.auc->high - b.auc->low) / 2)
                     : std::string(kNotDefined);
    });
    table.add("LogLoss", [](const BranchQuality& b) { return decimals(b.metrics.logLoss); });
    table.add("normalised entropy",
              [](const BranchQuality& b) { return decimals(b.normalisedEntropy); });
    table.add("predicted / observed",
              [](const BranchQuality& b) { return decimals(b.predictedOverObserved); });
    table.add(fmt::format("ECE, {} equal widths", request.bins),
              [](const BranchQuality& b) { return decimals(b.equalWidth.error); });
    table.add(fmt::format("ECE, {} equal counts", request.bins),
              [](const BranchQuality& b) { return decimals(b.equalCount.error); });
}

void addGrouped(Columns& table, const MetricsRequest& request) {
    for (const std::string& field : request.by) {
        table.add("GAUC by " + field,
                  [&](const BranchQuality& b) { return decimals(b.grouped.at(field).auc); });
        table.add("  groups with both classes", [&](const BranchQuality& b) {
            return partOf(b.grouped.at(field).groupsUsed, b.grouped.at(field).groups);
        });
        table.add("  rows in them", [&](const BranchQuality& b) {
            return std::to_string(b.grouped.at(field).rowsUsed);
        });
    }
}

void addRanking(Columns& table, const MetricsRequest& request) {
    if (request.user.empty()) {
        return;
    }
    const auto addRows = [&](const char* name, double RankingAt::*member) {
        for (std::size_t i = 0; i < request.at.size(); ++i) {
            table.add(fmt::format("{}@{}", name, request.at[i]), [&](const BranchQuality& b) {
                return b.ranking->at.empty() ? std::string(kNotDefined)
                                             : decimals(b.ranking->at[i].*member);
            });
        }
    };
    addRows("Recall", &RankingAt::recall);
    addRows("NDCG", &RankingAt::ndcg);
    addRows("hit rate", &RankingAt::hitRate);
    table.add("  " + request.user + " with a positive", [](const BranchQuality& b) {
        return partOf(b.ranking->usersUsed, b.ranking->users);
    });
}

std::string testLines(const RunQuality& quality) {
    std::string text;
    for (const SplitQuality& split : quality.splits) {
        for (const auto& [branch, test] : split.testAgainst) {
            text += fmt::format(
                "  {}: AUC of joint minus {} {:+.4f}, 95 % [{:+.4f}, {:+.4f}], {}\n",
                splitWord(split), branch, test.difference.value, test.difference.low,
                test.difference.high,
                test.p ? fmt::format("p = {:.2g}", *test.p) : std::string("no difference"));
        }
    }
    return text.empty() ? text : "\n" + text;
}

std::string reliabilityLines(const RunQuality& quality) {
    std::string text;
    for (const SplitQuality& split : quality.splits) {
        const std::string branch = branchWord("", split);
        text += fmt::format("\n  reliability, {}{}{}\n  {:>10}{:>12}{:>12}\n", splitWord(split),
                            branch.empty() ? "" : " ", branch, "predicted", "observed", "rows");
        for (const CalibrationBin& bin : split.branches.at("").equalWidth.bins) {
            text += fmt::format("  {:>10.4f}{:>12.4f}{:>12}\n", bin.meanPrediction,
                                bin.positiveShare, bin.rows);
        }
    }
    return text;
}

/// A table of one field's values on one split, the branches side by side.
std::string sliceLines(const SplitQuality& split, const std::string& field) {
    std::string text = fmt::format("\n  {}, {}\n", field, splitWord(split));
    if (split.branches.size() > 1) {
        std::string branches(kValueWidth + 22, ' ');
        for (const auto& [branch, measured] : split.branches) {
            branches += fmt::format("{:>18}", branchWord(branch, split));
        }
        text += branches + "\n";
    }
    text += fmt::format("  {}{:>9}{:>11}", fitted("value", kValueWidth), "rows", "positives");
    for (std::size_t i = 0; i < split.branches.size(); ++i) {
        text += fmt::format("{:>9}{:>9}", "AUC", "LogLoss");
    }
    text += "\n";
    const auto line = [&](const std::string& value, const auto& metricsOf) {
        const Metrics& own = metricsOf(split.branches.at(""));
        text += fmt::format("  {}{:>9}{:>11}", fitted(value, kValueWidth), own.rows, own.positives);
        for (const auto& [branch, measured] : split.branches) {
            text += fmt::format("{:>9}{:>9}", decimals(metricsOf(measured).auc),
                                decimals(metricsOf(measured).logLoss));
        }
        text += "\n";
    };
    const FieldSlices& slices = split.branches.at("").slices.at(field);
    for (std::size_t i = 0; i < slices.largest.size(); ++i) {
        line(slices.largest[i].value, [&](const BranchQuality& b) -> const Metrics& {
            return b.slices.at(field).largest[i].metrics;
        });
    }
    if (slices.otherValues > 0) {
        line(fmt::format("({} other values)", slices.otherValues),
             [&](const BranchQuality& b) -> const Metrics& { return b.slices.at(field).others; });
    }
    return text;
}

} // namespace

std::string qualityAsJson(const RunQuality& quality) {
    Json metrics = Json::object();
    for (const SplitQuality& split : quality.splits) {
        Json object = Json::object();
        for (const auto& [branch, measured] : split.branches) {
            const Json one = fromBranch(measured, quality.request.user);
            if (branch.empty()) {
                object.update(one); // sorted first: the run's own metrics are at the top level
            } else {
                object[branch] = one;
            }
        }
        for (const auto& [branch, test] : split.testAgainst) {
            object["auc_against"][branch] = fromTest(test);
        }
        metrics[splitWord(split)] = std::move(object);
    }
    const Json result{{"run", quality.run},
                      {"dataset", quality.dataset},
                      {"bins", quality.request.bins},
                      {"metrics", metrics},
                      {"fields_problem", quality.fieldsProblem ? Json(quality.fieldsProblem->text())
                                                               : Json(nullptr)}};
    return result.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string describeQuality(const RunQuality& quality) {
    if (quality.splits.empty()) {
        return quality.run + ": no rows of the requested splits were predicted\n";
    }
    Columns table(quality);
    table.add("", [](const SplitQuality& split, const std::string&, const BranchQuality&) {
        return splitWord(split);
    });
    if (quality.splits.front().branches.size() > 1) {
        table.add("", [](const SplitQuality& split, const std::string& branch,
                         const BranchQuality&) { return branchWord(branch, split); });
    }
    addPlain(table, quality.request);
    if (!quality.fieldsProblem) {
        addGrouped(table, quality.request);
        addRanking(table, quality.request);
    }
    std::string text = quality.run + " on " + quality.dataset + "\n" + table.text() +
                       testLines(quality) + reliabilityLines(quality);
    if (!quality.fieldsProblem) {
        for (const std::string& field : quality.request.slices) {
            for (const SplitQuality& split : quality.splits) {
                text += sliceLines(split, field);
            }
        }
    }
    return text;
}

} // namespace flip
