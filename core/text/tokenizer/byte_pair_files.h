#pragma once

#include "core/base/result.h"
#include "core/text/tokenizer/byte_pair.h"
#include "core/text/tokenizer/json_file.h"

#include <filesystem>

namespace flip {

/// Reads a model folder's tokenizer.json whose model is BPE. What it asks for and BytePairTokenizer
/// does not do is a Problem that names it; truncation and padding are not the tokenizer's business
/// and are ignored.
Result<BytePairModel> readBytePairJson(const JsonFile& file, const std::filesystem::path& folder);

/// Reads vocab.json and merges.txt as RoBERTa keeps them, with tokenizer_config.json,
/// special_tokens_map.json and added_tokens.json where they exist.
Result<BytePairModel> readBytePairVocabulary(const std::filesystem::path& folder);

} // namespace flip
