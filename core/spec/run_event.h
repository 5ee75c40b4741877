#pragma once

#include "core/base/result.h"
#include "core/spec/choices.h"
#include "core/spec/run_identity.h"
#include "core/spec/run_state.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flip {

/// Quality of predictions against labels. `auc` is absent if one class is missing.
struct Metrics {
    std::optional<double> auc;
    double logLoss = 0;
    std::int64_t rows = 0;
    std::int64_t positives = 0;
};

/// Metrics of one split by branch: "" is the run's own output (joint in a joint run); a joint run
/// also has "id" and "text".
using BranchMetrics = std::map<std::string, Metrics>;

// Facts about a run, in the past tense. `epoch` and `step` count from 1 within the stage.

struct RunStarted {
    std::string run; // its name
    RunKind kind{};
    std::string dataset;
    RunIdentity identity;
    std::int64_t resumedFromStep = 0; // 0: from the beginning
};

struct StageStarted {
    RunStage stage{};
    std::int64_t epochs = 0;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t totalSteps = 0; // planned; the stage may end earlier
};

struct StepDone {
    RunStage stage{};
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    std::int64_t rows = 0;
    double seconds = 0; // this step alone
    double learningRate = 0;
    std::map<std::string, double> losses; // "icl", "mfm", "mlm", "joint", "id", "text", "total"
};

struct EpochDone {
    RunStage stage{};
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    double seconds = 0;
    BranchMetrics valid;                 // empty in pretraining
    bool best = false;                   // better than all earlier epochs
    std::map<std::string, double> state; // "alpha": the mixing weight after this epoch
};

/// Which words the ids depend on: one row per masked id field, one column per field with words. The
/// map shares out only the attention to words of fields; `toFields` is how much of all attention
/// that is. The rest goes to the template's own words and the special tokens.
struct AlignmentMeasured {
    std::int64_t epoch = 0; // 0: before the first step
    std::int64_t step = 0;
    std::vector<std::string> masked; // fields with ids and words first, as in `words`
    std::vector<std::string> words;
    std::vector<double> share;    // [masked * words], row-major; a row sums to 1
    std::vector<double> lift;     // [masked * words], share divided by that of uniform attention
    std::vector<double> toFields; // [masked], share of all attention, 0 to 1
    double score = 0;             // mean share of a masked field's own words, 0 to 1
};

struct CheckpointSaved {
    RunStage stage{};
    std::int64_t step = 0;
    std::string file;
    std::int64_t bytes = 0;
};

struct LogLine {
    std::string level; // info | warning
    std::string text;
};

/// The last fact of every run.
struct RunEnded {
    RunStatus status = RunStatus::Failed;
    std::string reason; // "early stop after epoch 7", "stopped by the user"; may be empty
    std::map<std::string, BranchMetrics> metrics; // by split: valid, test, test_cold, ...
    double seconds = 0;
    std::int64_t peakRssBytes = 0;
    std::optional<Problem> problem;
};

using Fact = std::variant<RunStarted, StageStarted, StepDone, EpochDone, AlignmentMeasured,
                          CheckpointSaved, LogLine, RunEnded>;

/// A fact and its time.
struct RunEvent {
    double wallSeconds = 0; // since the run started, without pauses before resumes
    Fact fact;
};

/// Receives the facts of a run. Called on the run's thread; must not block for long and must not
/// throw.
class RunSink {
public:
    virtual ~RunSink() = default;
    virtual void take(const RunEvent& event) = 0;
};

/// "cuda:0 (NVIDIA H200)", or the device alone if it has no name.
std::string deviceText(const std::string& device, const std::string& name);
std::string deviceText(const RunStarted& started);

/// One line of JSON: {"event": "step", "step": 7, "losses": {...}, ...}.
std::string toJson(const RunEvent& event);

/// Parses such a line, for replay.
Result<RunEvent> eventFromJson(std::string_view json);

/// The result object of `flip run --json` and `flip runs show --json`.
std::string resultJson(const std::string& run, const RunEnded& end);

/// The name of a fact in JSON, e.g. "step", "epoch", "alignment".
std::string_view eventName(const Fact& fact);

} // namespace flip
