#pragma once

#include "core/spec/run_event.h"
#include "core/store/run_recorder.h"
#include "tests/core/spec/random_spec.h"

#include <string>
#include <vector>

namespace flip {

/// Keeps all facts, also as JSON lines.
class CollectingSink final : public RunSink {
public:
    void take(const RunEvent& event) override {
        events.push_back(event);
        lines.push_back(toJson(event));
    }

    std::vector<RunEvent> events;
    std::vector<std::string> lines;
};

inline RunEvent startedEvent(std::int64_t resumedFrom = 0) {
    return {.wallSeconds = 0, .fact = RunStarted{.resumedFromStep = resumedFrom}};
}

inline RunEvent stepEvent(std::int64_t step, double seconds = 0,
                          RunStage stage = RunStage::Pretrain) {
    return {.wallSeconds = seconds,
            .fact = StepDone{.stage = stage,
                             .step = step,
                             .losses = {{"icl", 1.0 / static_cast<double>(step)}}}};
}

inline RunEvent epochEvent(std::int64_t epoch, std::int64_t step,
                           RunStage stage = RunStage::Pretrain) {
    return {.wallSeconds = 0, .fact = EpochDone{.stage = stage, .epoch = epoch, .step = step}};
}

inline RunEvent checkpointEvent(std::int64_t step, RunStage stage = RunStage::Pretrain) {
    return {.wallSeconds = 0,
            .fact = CheckpointSaved{.stage = stage, .step = step, .file = "last"}};
}

inline RunEvent endEvent(RunStatus status = RunStatus::Finished) {
    RunEnded end{.status = status, .reason = "all epochs done", .seconds = 12.5};
    end.metrics["test"][""] = Metrics{.auc = 0.875, .logLoss = 0.4, .rows = 100, .positives = 40};
    return {.wallSeconds = 12.5, .fact = end};
}

/// A new run in the workspace; a Problem is not expected.
inline RunRecorder newRun(const Workspace& workspace, const std::string& name = {},
                          const RunSpec& spec = defaultSpec()) {
    return *RunRecorder::create(workspace, name, spec, "0123456789abcdef", "");
}

} // namespace flip
