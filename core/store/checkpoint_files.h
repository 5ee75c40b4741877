#pragma once

namespace flip {

// The files in checkpoints/RUN.

/// Weights at the end of a run, of the best epoch: what export, alignment and finetune.from read.
inline constexpr const char* kFinalWeights = "weights.safetensors";

/// Weights at the end of pretraining in a run that also finetunes.
inline constexpr const char* kPretrainedWeights = "pretrained.safetensors";

/// Weights of the ids at the end of their own stage in a joint run.
inline constexpr const char* kIdWeights = "ids.safetensors";

/// Everything that a run needs to go on after its last epoch or stop; gone once it has finished.
inline constexpr const char* kTrainingState = "state.safetensors";

/// Held by the program that trains the run; who holds it is alive.
inline constexpr const char* kRunLock = "lock";

} // namespace flip
