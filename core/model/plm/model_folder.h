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

/// An opened model folder, before its weights are read.
struct ModelFolder {
    std::filesystem::path path;
    TextConfig config;
    std::unique_ptr<Tokenizer> tokenizer;
};

/// Opens a folder in the Hugging Face layout. Weights that do not match its config.json, or a
/// special token that the model has no vector for, are a Problem.
Result<ModelFolder> openModelFolder(const std::filesystem::path& folder);

/// Checks that the model has a vector for every special token of the tokenizer. The tokenizer may
/// have further tokens without a vector, e.g. added ones; no text may use them, see checkTokens().
Result<void> checkTokenizer(const Tokenizer& tokenizer, const TextConfig& config,
                            const std::filesystem::path& folder);

/// Whether the tokenizer has tokens that the model has no vector for.
bool hasTokensBeyondModel(const Tokenizer& tokenizer, const TextConfig& config);

/// Checks that the model has a vector for every token of a text; `where` is the place of the text
/// in the Problem.
Result<void> checkTokens(std::span<const std::int32_t> ids, const Tokenizer& tokenizer,
                         const TextConfig& config, const std::string& where);

} // namespace flip
