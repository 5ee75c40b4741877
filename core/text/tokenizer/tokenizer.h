#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// One piece of a text. Offsets count Unicode code points of the input, [begin, end).
struct Token {
    std::int32_t id = 0;
    std::int32_t begin = 0;
    std::int32_t end = 0;
    bool operator==(const Token&) const = default;
};

/// The ids a model gives to its special tokens; `unknown` is below 0 if it has none.
struct SpecialTokens {
    std::int32_t cls = 0;
    std::int32_t sep = 0;
    std::int32_t mask = 0;
    std::int32_t pad = 0;
    std::int32_t unknown = 0;
};

/// Turns text into the ids that Hugging Face `tokenizers` gives for the same model files.
/// Immutable; any thread.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// Pieces of the text, without [CLS] and [SEP] around them. Text that spells a special token
    /// becomes that token.
    virtual std::vector<Token> pieces(std::string_view utf8) const = 0;

    /// Whether a text that contains left and right side by side may be split between them: the
    /// pieces of both parts are then those of the whole, whatever surrounds left and right. A
    /// sentence may be joined from cached parts if every border breaks. Returns false if this is
    /// uncertain, and always for an empty side.
    virtual bool breaksBetween(std::string_view left, std::string_view right) const = 0;

    virtual const SpecialTokens& special() const = 0;
    virtual std::int64_t vocabularySize() const = 0;
    virtual std::string_view piece(std::int32_t id) const = 0;

    /// The piece for display: a leading blank is U+2581, and pieces that the vocabulary encodes,
    /// such as bytes, are decoded.
    virtual std::string readablePiece(std::int32_t id) const { return std::string(piece(id)); }

    /// Hash of everything that determines the ids.
    virtual const std::string& hash() const = 0;

    /// [CLS] pieces [SEP], or the model's equivalents; their offsets are [0, 0].
    std::vector<Token> sentence(std::string_view utf8) const;
};

/// Reads a model folder's tokenizer.json (WordPiece, byte-level BPE or Unigram), or else vocab.txt
/// (WordPiece), or else vocab.json and merges.txt (byte-level BPE). An unsupported setting in
/// tokenizer.json is a Problem that names it.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& folder);

} // namespace flip
