#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"
#include "core/text/tokenizer/tokenizer.h"

#include <filesystem>
#include <memory>

namespace flip {

/// What a model folder says before its weights are read.
struct ModelFolder {
    std::filesystem::path path;
    TextConfig config;
    std::unique_ptr<Tokenizer> tokenizer;
};

/// Opens a folder in the Hugging Face layout. Without the weights that its config.json asks for, or
/// with a tokenizer that knows more pieces than the model, it is refused.
Result<ModelFolder> openModelFolder(const std::filesystem::path& folder);

/// Whether every id of the tokenizer is one of the model.
Result<void> checkTokenizer(const Tokenizer& tokenizer, const TextConfig& config,
                            const std::filesystem::path& folder);

} // namespace flip
