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

/// Weights of the best epoch, stored at the end of a run. Export, prediction, alignment and
/// finetune.from read them.
inline constexpr const char* kFinalWeights = "weights.safetensors";

/// Weights at the end of pretraining in a run that also finetunes.
inline constexpr const char* kPretrainedWeights = "pretrained.safetensors";

/// Weights of the id model at the end of its own stage in a joint run.
inline constexpr const char* kIdWeights = "ids.safetensors";

/// Everything needed to resume a run after its last epoch or stop; removed once it has finished.
inline constexpr const char* kTrainingState = "state.safetensors";

/// Locked by the program that trains the run, for as long as it runs.
inline constexpr const char* kRunLock = "lock";

/// File name of the weights after an epoch of a stage, stored if the option `checkpoints` asks for
/// them: "finetune-3.safetensors".
std::string epochWeights(RunStage stage, std::int64_t epoch);

/// Weights that a run has stored.
struct Checkpoint {
    std::string name; // "final", "pretrained", "ids", or "finetune-3" of an epoch
    RunStage stage = RunStage::Finetune; // that trained them
    std::int64_t epoch = 0;              // after which they were stored; 0: the stage's best
    std::filesystem::path file;
    std::int64_t bytes = 0;
};

/// The checkpoints of the run: the final weights first, then those of each stage by ascending
/// epoch.
std::vector<Checkpoint> checkpointsOf(const RunSummary& run, const Workspace& workspace);

/// The checkpoint of this name, "" meaning "final". If there is none, the Problem lists those that
/// exist or states that the run has none yet.
Result<Checkpoint> findCheckpoint(const RunSummary& run, std::string_view name,
                                  const Workspace& workspace);

/// Whether a run of this status can be resumed, from its last training state or else from its first
/// step.
bool canResume(RunStatus status);

} // namespace flip
