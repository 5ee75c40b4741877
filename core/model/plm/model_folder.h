#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"
#include "core/text/tokenizer/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace flip {

/// What a model folder says before its weights are read.
struct ModelFolder {
    std::filesystem::path path;
    TextConfig config;
    std::unique_ptr<Tokenizer> tokenizer;
};

/// Opens a folder in the Hugging Face layout. Without the weights that its config.json asks for, or
/// with a special token that the model has no vector for, it is refused.
Result<ModelFolder> openModelFolder(const std::filesystem::path& folder);

/// Whether the model has a vector for every special token of the tokenizer. Other tokens may be
/// more than the model's, as those that somebody has added: a text must not use them.
Result<void> checkTokenizer(const Tokenizer& tokenizer, const TextConfig& config,
                            const std::filesystem::path& folder);

/// Whether a tokenizer knows tokens that the model has no vector for.
bool knowsMoreTokens(const Tokenizer& tokenizer, const TextConfig& config);

/// Whether the model has a vector for every token of a text that stands at `where`.
Result<void> checkTokens(std::span<const std::int32_t> ids, const Tokenizer& tokenizer,
                         const TextConfig& config, const std::string& where);

} // namespace flip
