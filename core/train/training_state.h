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

/// Everything a run is between two steps: weights, optimiser, place, schedule and early stop.
/// Random streams are functions of seed, purpose and step (RandomStream), so the step stands for
/// them all. Refers to the parameters and the optimiser of the stage, which must outlive it.
class TrainingState {
public:
    TrainingState(RunStage stage, Parameters& parameters, Optimiser& optimiser);

    /// Where a saved state stood, readable without building a model.
    struct Place {
        RunStage stage{};
        bool begun = false;          // what comes before the first step has been told
        std::int64_t step = 0;       // steps done
        std::int64_t epochsDone = 0; // epochs measured and closed
        double seconds = 0;          // of training so far, pauses left out
        double rateFactor = 1;       // learning rates after plateaus
        double bestValue = -1;       // validation AUC of the best epoch; below 0 before the first
        std::int64_t bestEpoch = 0;
        std::int64_t epochsSinceBest = 0;
        bool complete = false; // the stage has come to its end ...
        std::string endReason; // ... and why, if earlier than planned
    };
    Place place;

    /// Keeps a copy of the weights as those of the best epoch, and puts it back.
    void rememberBest();
    void recallBest();
    bool hasBest() const { return !best_.empty(); }

    /// The name of a tensor of the weights or the optimiser that holds an infinite number or none
    /// at all; empty where there is none. Brings every row of the tables up to date and waits for
    /// the device.
    std::string notFinite();

    /// Brings every row of the tables up to date and writes one file atomically; returns its size
    /// in bytes.
    Result<std::int64_t> save(const std::filesystem::path& file);

    /// Refuses a file whose numbers are not all finite: no step leads back from them.
    Result<void> load(const std::filesystem::path& file);

    static Result<Place> readPlace(const std::filesystem::path& file);

private:
    Parameters& parameters_;
    Optimiser& optimiser_;
    std::map<std::string, at::Tensor> best_; // by parameter name, on the CPU
};

/// Writes a model's weights, and tensors that it keeps beside them; returns the size in bytes.
Result<std::int64_t> saveWeights(const Parameters& parameters, const std::filesystem::path& file,
                                 const std::map<std::string, std::string>& metadata,
                                 const std::map<std::string, TensorView>& besides = {});

} // namespace flip
