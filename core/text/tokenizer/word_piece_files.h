#pragma once

#include "core/base/result.h"
#include "core/text/tokenizer/json_file.h"
#include "core/text/tokenizer/word_piece.h"

#include <filesystem>

namespace flip {

/// Reads a model folder's tokenizer.json whose model is WordPiece. A setting that
/// WordPieceTokenizer does not support is a Problem that names it; truncation and padding are
/// ignored.
Result<WordPieceModel> readWordPieceJson(const JsonFile& file, const std::filesystem::path& folder);

/// Reads vocab.txt, with tokenizer_config.json, special_tokens_map.json and added_tokens.json if
/// they exist.
Result<WordPieceModel> readWordPieceVocabulary(const std::filesystem::path& folder);

} // namespace flip
