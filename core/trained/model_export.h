#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

struct ModelExport {
    std::filesystem::path source; // the weights of the run
    std::int64_t layers = 0;
    std::int64_t parameters = 0; // how many numbers were written
};

/// Writes the text encoder of a run's checkpoint (see openTrainedText()) as a folder in the Hugging
/// Face layout, which `transformers` loads with equal outputs: config.json and the tokenizer's
/// files of the model that the run began with, and model.safetensors (float32). A run that trained
/// only the first layers gives a model with that many layers. `out` must be new or empty; a failure
/// or crash leaves it unchanged.
Result<ModelExport> exportModel(const std::string& run, const std::string& checkpoint,
                                const Workspace& workspace, const std::filesystem::path& out);

} // namespace flip
