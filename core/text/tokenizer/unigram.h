#pragma once

#include "core/text/tokenizer/added_tokens.h"
#include "core/text/tokenizer/piece_trie.h"
#include "core/text/tokenizer/text_normalizer.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/text/tokenizer/word_cache.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Everything that decides the ids of a Unigram tokenizer.
struct UnigramModel {
    enum class BlankBefore { Always, First, Never };

    std::vector<std::string> pieces; // by id
    std::vector<double> scores;      // [pieces]
    std::int32_t unknown = 0;        // the piece for text without a piece
    bool byteFallback = false; // uses "<0xC4>" for each byte of it if the vocabulary has these
    std::vector<AddedToken> added;
    SpecialTokens special;

    std::vector<NormalizerStep> normalizer;
    bool splitsAtWhiteSpace = false; // and drops it
    bool marksBlanks = true;         // writes a blank as `blank`
    char32_t blank = 0x2581;
    BlankBefore blankBefore = BlankBefore::Always; // if a word has none
    bool splitsAtBlanks = true;

    bool trimsOffsets = false;
    bool keepsFirstBlank = false;
};

/// Unigram language model segmentation (Kudo 2018) after the normalizers of SentencePiece, with the
/// same ids as Hugging Face `tokenizers` 0.23.
class UnigramTokenizer final : public Tokenizer {
public:
    /// There must be an unknown piece, no added token may be empty, normalized or not, and every id
    /// must be that of a piece or of an added token.
    explicit UnigramTokenizer(const UnigramModel& model);

    std::vector<Token> pieces(std::string_view utf8) const override;
    bool breaksBetween(std::string_view left, std::string_view right) const override;
    const SpecialTokens& special() const override { return special_; }
    std::int64_t vocabularySize() const override {
        return static_cast<std::int64_t>(pieces_.size());
    }
    std::string_view piece(std::int32_t id) const override;
    std::string readablePiece(std::int32_t id) const override;
    const std::string& hash() const override { return hash_; }

private:
    using Units = std::span<const AlignedText::Unit>;

    void segmentPieces(std::u32string_view segment, std::int32_t first,
                       std::vector<Token>& out) const;
    void wordsOf(Units text, std::vector<Token>& out) const;
    void markedWords(Units text, std::vector<Token>& out) const;
    void wordPieces(Units word, std::vector<Token>& out) const;
    void appendTrimmed(Token token, std::uint16_t leading, std::uint16_t trailing,
                       std::vector<Token>& out) const;
    void split(std::string_view word, WordParts& out) const;
    bool keepsBorderToBlank(char32_t c) const;

    std::vector<std::string> pieces_;
    std::vector<double> scores_;
    PieceTrie trie_;
    double unknownScore_;
    std::array<std::int32_t, 256> byteIds_{}; // of "<0x00>" to "<0xFF>"
    TextNormalizer normalizer_;
    AddedTokens rawAdded_;
    AddedTokens normalizedAdded_;
    SpecialTokens special_;
    UnigramModel rules_; // without the contents of the members above
    std::string hash_;
    std::unique_ptr<WordCache> cache_; // results of split()
};

} // namespace flip
