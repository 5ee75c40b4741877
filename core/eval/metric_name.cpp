#include "core/eval/metric_name.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace flip {

namespace {

constexpr std::string_view kAuc = "auc";
constexpr std::string_view kLogLoss = "logloss";

std::vector<std::string> splitAtDots(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool isSplit(std::string_view name) {
    for (const std::string_view split : {"train", "valid", "test"}) {
        if (name == split || (name.starts_with(split) && name.size() > split.size() + 1 &&
                              name[split.size()] == '_')) {
            return true; // "test_unseen" is a part of a split
        }
    }
    return false;
}

} // namespace

std::string MetricName::text() const {
    return split + "." + (branch.empty() ? "" : branch + ".") +
           std::string(measure == Measure::Auc ? kAuc : kLogLoss);
}

std::string MetricName::label() const {
    return split + " " + (branch.empty() ? "" : branch + " ") +
           (measure == Measure::Auc ? "AUC" : "LogLoss");
}

bool MetricName::better(double a, double b) const {
    return measure == Measure::Auc ? a > b : a < b;
}

std::optional<double> MetricName::of(const std::map<std::string, BranchMetrics>& metrics) const {
    const auto branches = metrics.find(split);
    if (branches == metrics.end()) {
        return std::nullopt;
    }
    const auto found = branches->second.find(branch);
    if (found == branches->second.end()) {
        return std::nullopt;
    }
    if (measure == Measure::Auc) {
        return found->second.auc;
    }
    return std::isfinite(found->second.logLoss) ? std::optional(found->second.logLoss)
                                                : std::nullopt;
}

Result<MetricName> readMetricName(std::string_view text, const std::string& where) {
    const std::vector<std::string> parts = splitAtDots(text);
    const bool wellFormed = (parts.size() == 2 || parts.size() == 3) && isSplit(parts.front()) &&
                            (parts.back() == kAuc || parts.back() == kLogLoss) &&
                            (parts.size() == 2 || parts[1] == "id" || parts[1] == "text");
    if (!wellFormed) {
        return Problem{"'" + std::string(text) +
                           "' is not a metric; write split.auc or split.logloss, e.g. valid.auc, "
                           "test.logloss, test_unseen.auc, or test.id.auc for a branch",
                       where};
    }
    return MetricName{.split = parts.front(),
                      .branch = parts.size() == 3 ? parts[1] : "",
                      .measure = parts.back() == kAuc ? MetricName::Measure::Auc
                                                      : MetricName::Measure::LogLoss};
}

} // namespace flip
