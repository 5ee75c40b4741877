#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"

#include <filesystem>

namespace flip {

/// Copies the folder of a language model without its weights: config.json, updated from `config`,
/// and the tokenizer's files. `to` must exist.
Result<void> copyLanguageModel(const std::filesystem::path& from, const TextConfig& config,
                               const std::filesystem::path& to);

} // namespace flip
