#pragma once

#include "core/base/result.h"
#include "core/spec/run_state.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

struct RunSummary; // see run_store.h

// The files in checkpoints/RUN.

/// Weights at the end of a run, of the best epoch: what export, prediction, alignment and
/// finetune.from read.
inline constexpr const char* kFinalWeights = "weights.safetensors";

/// Weights at the end of pretraining in a run that also finetunes.
inline constexpr const char* kPretrainedWeights = "pretrained.safetensors";

/// Weights of the ids at the end of their own stage in a joint run.
inline constexpr const char* kIdWeights = "ids.safetensors";

/// Everything that a run needs to go on after its last epoch or stop; gone once it has finished.
inline constexpr const char* kTrainingState = "state.safetensors";

/// Held by the program that trains the run; who holds it is alive.
inline constexpr const char* kRunLock = "lock";

/// Weights after an epoch of a stage, which the option `checkpoints` asks for: "finetune-3".
std::string epochWeights(RunStage stage, std::int64_t epoch);

/// Weights that a run has stored.
struct Checkpoint {
    std::string name; // "final", "pretrained", "ids", or "finetune-3" of an epoch
    RunStage stage = RunStage::Finetune; // whose weights they are
    std::int64_t epoch = 0;              // after which they were stored; 0: the stage's best
    std::filesystem::path file;
    std::int64_t bytes = 0;
};

/// What the run has stored: the final weights first, then each stage's, its epochs ascending.
std::vector<Checkpoint> checkpointsOf(const RunSummary& run, const Workspace& workspace);

/// The one of this name, "" being "final". A Problem names those there are, or says that the run
/// has none yet.
Result<Checkpoint> findCheckpoint(const RunSummary& run, std::string_view name,
                                  const Workspace& workspace);

/// Whether a run that ended so can go on: from its last training state, or else from its first
/// step.
bool canResume(RunStatus status);

} // namespace flip
