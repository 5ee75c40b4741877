#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/train/schedule.h"
#include "core/train/training_state.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// The part of a training loop that depends on the kind of training: a step, and the end of an
/// epoch.
class Stage {
public:
    virtual ~Stage() = default;

    struct Step {
        std::map<std::string, double> losses; // including "total"
        double learningRate = 0;
        bool finite = true; // losses and gradient; if false, the weights were not changed
    };

    /// One optimiser step on these rows; `step` counts from 0. Throws PassStopped after a stop was
    /// requested; then no weight has changed.
    virtual Step step(std::span<const std::int64_t> rows, std::int64_t step,
                      const std::stop_token& stop) = 0;

    /// Facts to report before the first step of a new stage. Empty after a stop was requested.
    virtual std::optional<std::vector<Fact>> begin(const std::stop_token& stop) = 0;

    struct EpochEnd {
        EpochDone done; // with the measurements; the loop fills in position and time
        std::vector<Fact> facts;
        std::string endReason; // why training ends here; empty to continue
        bool finite = true;    // predictions; if false, nothing has changed
    };

    /// Measures the epoch that ended and updates the early stopping in the state. Empty after a
    /// stop was requested; then nothing has changed.
    virtual std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token& stop) = 0;

    virtual TrainingState& state() = 0;
};

/// The length of a stage and its rows.
struct LoopPlan {
    std::vector<std::int64_t> rows; // of the training split
    std::int64_t epochs = 1;
    std::int64_t batchSize = 1;
    std::int64_t maxSteps = 0; // 0 = no limit
    std::uint64_t seed = 0;
    std::filesystem::path checkpoint; // replaced atomically
    double checkpointSeconds = 120;   // a checkpoint is also written at each epoch, stop and end

    /// Called after each epoch, counted from 1, when it has been measured and all table rows have
    /// caught up; a Problem ends the loop. May be empty.
    std::function<Result<void>(std::int64_t epoch)> afterEpoch;

    std::int64_t stepsPerEpoch() const;
    std::int64_t totalSteps() const;
    ScheduleSpan span() const { return {stepsPerEpoch(), totalSteps(), epochs}; }
};

struct LoopEnd {
    enum class Status { Finished, Stopped, Diverged, Failed } status = Status::Finished;
    std::string reason;
    std::optional<Problem> problem;
};

/// Runs a stage from its current position to its end and reports every fact as it happens. The
/// order of rows depends only on seed and epoch, so a resumed loop draws the same as an
/// uninterrupted one. A loop that diverges keeps the last checkpoint. `report` must not throw.
LoopEnd runTrainingLoop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& report,
                        const std::stop_token& stop);

} // namespace flip
