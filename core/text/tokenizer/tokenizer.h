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

    /// Pieces of the text without the special tokens that frame it. Text that spells a special
    /// token becomes it.
    virtual std::vector<Token> pieces(std::string_view utf8) const = 0;

    /// Whether a text that holds left and right side by side may be cut between them, whatever
    /// stands around the two: the pieces up to the cut and behind it are those of the whole. So a
    /// sentence may be joined from cached parts when every border breaks. Answers false when it is
    /// not sure, and always for an empty side.
    virtual bool breaksBetween(std::string_view left, std::string_view right) const = 0;

    virtual const SpecialTokens& special() const = 0;
    virtual std::int64_t vocabularySize() const = 0;
    virtual std::string_view piece(std::int32_t id) const = 0;

    /// The piece as a person reads it: a blank it begins with is U+2581, and what the vocabulary
    /// spells otherwise, such as bytes, is the text it stands for.
    virtual std::string readablePiece(std::int32_t id) const { return std::string(piece(id)); }

    /// Hash of everything that decides the ids.
    virtual const std::string& hash() const = 0;

    /// [CLS] pieces [SEP], or what the model has in their places; these at offsets [0, 0].
    std::vector<Token> sentence(std::string_view utf8) const;
};

/// Reads a model folder's tokenizer.json (WordPiece, byte-level BPE or Unigram), or else vocab.txt
/// (WordPiece), or else vocab.json and merges.txt (byte-level BPE). What a tokenizer.json asks for
/// and is not supported is a Problem that names it.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& folder);

} // namespace flip
