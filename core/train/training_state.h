#pragma once

#include "core/base/result.h"
#include "core/model/parameters.h"
#include "core/spec/run_state.h"
#include "core/train/optimiser.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace flip {

/// The complete state of a run between two steps: weights, optimiser, progress, schedule and early
/// stopping. Random streams are functions of seed, purpose and step (RandomStream), so the step
/// number determines them all. Refers to the parameters and the optimiser of the stage, which must
/// outlive it.
class TrainingState {
public:
    TrainingState(RunStage stage, Parameters& parameters, Optimiser& optimiser);

    /// The progress of a saved state, readable without building a model.
    struct Progress {
        RunStage stage{};
        bool begun = false;          // the facts before the first step have been reported
        std::int64_t step = 0;       // steps done
        std::int64_t epochsDone = 0; // epochs measured and completed
        double seconds = 0;          // of training so far, without pauses
        double rateFactor = 1;       // factor of the learning rates after plateaus
        double bestValue = -1;       // validation AUC of the best epoch; negative before the first
        std::int64_t bestEpoch = 0;
        std::int64_t epochsSinceBest = 0;
        bool complete = false; // the stage has ended ...
        std::string endReason; // ... and why, if earlier than planned
    };
    Progress progress;

    /// Keeps a copy of the weights as those of the best epoch; restores this copy.
    void keepBest();
    void restoreBest();
    bool hasBest() const { return !best_.empty(); }

    /// The name of a tensor of the weights or the optimiser that contains infinity or NaN; empty if
    /// all are finite. Catches up all rows of the tables and waits for the device.
    std::string firstNotFinite();

    /// Catches up all rows of the tables and writes one file atomically. Returns its size in bytes.
    Result<std::int64_t> save(const std::filesystem::path& file);

    /// Numbers that are not finite are a Problem: training cannot recover from them.
    Result<void> load(const std::filesystem::path& file);

    static Result<Progress> readProgress(const std::filesystem::path& file);

private:
    Parameters& parameters_;
    Optimiser& optimiser_;
    std::map<std::string, at::Tensor> best_; // by parameter name, on the CPU
};

/// Writes the weights of a model and additional tensors. Returns the size in bytes.
Result<std::int64_t> saveWeights(const Parameters& parameters, const std::filesystem::path& file,
                                 const std::map<std::string, std::string>& metadata,
                                 const std::map<std::string, TensorView>& extra = {});

} // namespace flip
