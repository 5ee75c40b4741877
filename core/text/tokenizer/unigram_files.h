#pragma once

#include "core/base/result.h"
#include "core/text/tokenizer/json_file.h"
#include "core/text/tokenizer/unigram.h"

#include <filesystem>

namespace flip {

/// Reads a model folder's tokenizer.json whose model is Unigram. A setting that UnigramTokenizer
/// does not support is a Problem that names it; truncation and padding are ignored.
Result<UnigramModel> readUnigramJson(const JsonFile& file, const std::filesystem::path& folder);

} // namespace flip
