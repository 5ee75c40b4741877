#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"
#include "core/model/plm/text_config.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <filesystem>
#include <string>

namespace flip {

/// The text encoder that a run has trained: its weights are tensors named text.* of a checkpoint,
/// its shape and tokenizer those of the language model that the run began with.
struct TrainedText {
    RunSpec spec;
    std::filesystem::path folder; // of the language model
    TextConfig config;            // of as many layers as the run trained
    SafetensorsFile weights;      // checked against their checksum

    static constexpr const char* kPrefix = "text.";
};

/// Opens the encoder in the checkpoint of this name; "" means the final weights of a run that has
/// ended, or those of its pretraining if finetuning read no text. A model folder that the weights
/// do not fit is a Problem.
Result<TrainedText> openTrainedText(const std::string& run, const std::string& checkpoint,
                                    const Workspace& workspace);

} // namespace flip
