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

/// What one kind of training does in a step and at the end of an epoch; the loop does the rest.
class Stage {
public:
    virtual ~Stage() = default;

    struct Step {
        std::map<std::string, double> losses; // "total" among them
        double learningRate = 0;
        bool finite = true; // losses and gradient; if not, the weights were left as they were
    };

    /// One optimiser step on these rows; `step` counts from 0. Throws PassStopped once a stop was
    /// asked for, and then no weight has changed.
    virtual Step step(std::span<const std::int64_t> rows, std::int64_t step,
                      const std::stop_token& stop) = 0;

    /// Facts to tell before the first step of a fresh stage. Empty once a stop was asked for.
    virtual std::optional<std::vector<Fact>> begin(const std::stop_token& stop) = 0;

    struct EpochEnd {
        EpochDone done; // measurements filled; the loop fills place and time
        std::vector<Fact> facts;
        std::string endReason; // why training ends here; empty to go on
        bool finite = true;    // predictions; if not, nothing has changed
    };

    /// Measures the epoch that ended and updates the state's early stop. Empty once a stop was
    /// asked for, and then nothing has changed.
    virtual std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token& stop) = 0;

    virtual TrainingState& state() = 0;
};

/// How far a stage goes and over which rows.
struct LoopPlan {
    std::vector<std::int64_t> rows; // of the training split
    std::int64_t epochs = 1;
    std::int64_t batchSize = 1;
    std::int64_t maxSteps = 0; // 0 = no limit
    std::uint64_t seed = 0;
    std::filesystem::path checkpoint; // overwritten atomically
    double checkpointSeconds = 120;   // and at each epoch, stop and end

    /// Called after each epoch, from 1, once it has been measured and its weights are up to date;
    /// a Problem ends the loop. May be empty.
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

/// Runs a stage from its state's place to its end, telling every fact as it happens. The order of
/// rows is a function of seed and epoch; a resumed loop draws what an uninterrupted one would.
/// A loop that diverges leaves the last checkpoint as it is.
/// `tell` must not throw.
LoopEnd runTrainingLoop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& tell,
                        const std::stop_token& stop);

} // namespace flip
