#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"

#include <filesystem>

namespace flip {

/// Copies what a language model's folder says beside its weights: config.json, changed to what
/// `config` says, and the tokenizer's files. `to` must be there.
Result<void> copyLanguageModel(const std::filesystem::path& from, const TextConfig& config,
                               const std::filesystem::path& to);

} // namespace flip
