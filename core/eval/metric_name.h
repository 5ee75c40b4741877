#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

/// The name of a metric of a finished run: "test.auc", "valid.logloss", "test_unseen.auc" or, for
/// one branch of a joint run, "test.id.auc".
struct MetricName {
    enum class Measure { Auc, LogLoss };

    std::string split;  // a key of RunEnded::metrics
    std::string branch; // as in BranchMetrics
    Measure measure = Measure::Auc;

    std::string text() const;  // as it is written
    std::string label() const; // "test AUC", "test id LogLoss"

    /// Whether `a` is better than `b`: a larger AUC, a smaller log loss.
    bool better(double a, double b) const;

    /// nullopt if the run has no such split or branch, or the metric is not defined there.
    std::optional<double> of(const std::map<std::string, BranchMetrics>& metrics) const;

    bool operator==(const MetricName&) const = default;
};

/// Parses such a name; `where` is the location in the Problem, e.g. an option of the command line.
Result<MetricName> readMetricName(std::string_view text, const std::string& where);

} // namespace flip
