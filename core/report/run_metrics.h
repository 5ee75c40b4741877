#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/eval/calibration.h"
#include "core/eval/delong.h"
#include "core/eval/grouped.h"
#include "core/eval/ranking.h"
#include "core/spec/run_event.h"
#include "core/store/predictions.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// Which metrics to compute from a run's stored predictions.
struct MetricsRequest {
    std::vector<Split> splits{Split::Valid, Split::Test};
    std::vector<std::string> by;             // fields to group the AUC by
    std::string user;                        // user field of the ranking metrics; empty: none
    std::vector<std::int64_t> at{5, 10, 20}; // lengths of rankings, each at least 1
    std::size_t bins = 15;                   // of the reliability curves, at least 1
    std::vector<std::string> slices;         // fields to slice by value
};

/// One value of a sliced field.
struct SliceOfValue {
    std::string value;
    Metrics metrics;
};

/// A sliced field: its most frequent values, then the rest together.
struct FieldSlices {
    std::vector<SliceOfValue> largest; // at most kSlices
    std::int64_t otherValues = 0;
    Metrics others;

    static constexpr std::size_t kSlices = 20;
};

/// All metrics of one logit on one split. Map keys are fields.
struct BranchQuality {
    Metrics metrics;
    std::optional<Interval> auc; // with its 95 % interval; absent if pairedAucTest() is
    std::optional<double> normalisedEntropy;
    std::optional<double> predictedOverObserved;
    Calibration equalWidth;
    Calibration equalCount;
    std::map<std::string, GroupedAuc> grouped;
    std::optional<RankingMetrics> ranking; // by MetricsRequest::user
    std::map<std::string, FieldSlices> slices;
};

/// One split: branches as in BranchMetrics, and a joint run's own logit compared with each branch.
struct SplitQuality {
    Split split = Split::Valid;
    std::map<std::string, BranchQuality> branches;
    std::map<std::string, PairedAucTest> testAgainst; // "id", "text"
};

struct RunQuality {
    std::string run;
    std::string dataset;
    MetricsRequest request;
    std::vector<SplitQuality> splits;
    std::optional<Problem> fieldsProblem; // why metrics that need a field are missing
};

/// Computes metrics from a run's stored predictions; no model is loaded. Fields are read from the
/// run's dataset by row; if it is missing or has changed, `fieldsProblem` says so and all other
/// metrics are computed. An unknown field, or a run without predictions, is a Problem. Reads files;
/// do not call it on the GUI thread.
Result<RunQuality> measureRun(const Workspace& workspace, const RunSummary& run,
                              const MetricsRequest& request);

/// The names of the fields of the run's dataset, if it has not changed since.
Result<std::vector<std::string>> fieldsOfRun(const Workspace& workspace, const RunSummary& run);

/// The field whose name looks like a user's, "user_id" or "User-ID"; empty if none does.
std::string likelyUserField(const std::vector<std::string>& fields);

/// One object with everything, for `flip runs metrics --json`.
std::string qualityAsJson(const RunQuality& quality);

/// Small tables for a terminal.
std::string describeQuality(const RunQuality& quality);

} // namespace flip
