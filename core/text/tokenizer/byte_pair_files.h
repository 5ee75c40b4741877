#pragma once

#include "core/base/result.h"
#include "core/text/tokenizer/byte_pair.h"
#include "core/text/tokenizer/json_file.h"

#include <filesystem>

namespace flip {

/// Reads a model folder's tokenizer.json whose model is BPE. A setting that BytePairTokenizer does
/// not support is a Problem that names it; truncation and padding are ignored.
Result<BytePairModel> readBytePairJson(const JsonFile& file, const std::filesystem::path& folder);

/// Reads vocab.json and merges.txt in the layout of RoBERTa, with tokenizer_config.json,
/// special_tokens_map.json and added_tokens.json if they exist.
Result<BytePairModel> readBytePairVocabulary(const std::filesystem::path& folder);

} // namespace flip
