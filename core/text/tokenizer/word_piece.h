#pragma once

#include "core/text/tokenizer/added_tokens.h"
#include "core/text/tokenizer/bert_normalizer.h"
#include "core/text/tokenizer/piece_table.h"
#include "core/text/tokenizer/tokenizer.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Everything that decides the ids of a WordPiece tokenizer.
struct WordPieceModel {
    BertRules rules;
    std::vector<std::string> pieces; // by id; empty where an id has none
    std::vector<AddedToken> added;
    SpecialTokens special;
    std::string prefix = "##";        // of pieces inside a word
    std::int64_t maxCharacters = 100; // longer words are unknown
};

/// WordPiece after BERT's normalizer and word splitter (Devlin et al. 2018; Wu et al. 2016 for the
/// greedy match), with the same ids as Hugging Face `tokenizers` 0.23.
class WordPieceTokenizer final : public Tokenizer {
public:
    /// Pieces must be at most PieceTable::kLongest bytes, no added token may be empty, normalized
    /// or not, and every id must be that of a piece or of an added token.
    explicit WordPieceTokenizer(const WordPieceModel& model);

    WordPieceTokenizer(const WordPieceTokenizer&) = delete;
    WordPieceTokenizer& operator=(const WordPieceTokenizer&) = delete;

    std::vector<Token> pieces(std::string_view utf8) const override;
    bool breaksBetween(std::string_view left, std::string_view right) const override;
    const SpecialTokens& special() const override { return special_; }
    std::int64_t vocabularySize() const override {
        return static_cast<std::int64_t>(pieces_.size());
    }
    std::string_view piece(std::int32_t id) const override;
    const std::string& hash() const override { return hash_; }

private:
    enum class ByteKind : std::uint8_t { Word, Space, Punctuation, Other };
    enum class Edge { Nothing, Word, Break };

    bool asciiPieces(std::string_view text, std::vector<Token>& out) const;
    void generalPieces(std::u32string_view text, std::vector<Token>& out) const;
    void segmentPieces(std::u32string_view segment, std::int32_t first,
                       std::vector<Token>& out) const;
    void wordsOf(const NormalizedText& text, std::size_t from, std::size_t to,
                 std::vector<Token>& out) const;
    template <class OffsetOf>
    void appendWord(std::string_view word, std::int64_t characters, OffsetOf offsetOf,
                    std::vector<Token>& out) const;
    Edge edgeOf(char32_t c, bool last) const;
    bool endsInBreak(std::string_view text) const;
    bool beginsWithBreak(std::string_view text) const;
    bool mayReorder(std::string_view right) const;
    bool normalizedMayCross(std::string_view left, std::string_view right) const;

    BertNormalizer normalizer_;
    std::vector<std::string> pieces_;
    PieceTable starts_;        // refers to pieces_
    PieceTable continuations_; // refers to pieces_, without their prefix
    AddedTokens rawAdded_;
    AddedTokens normalizedAdded_;
    SpecialTokens special_;
    std::int64_t maxCharacters_;
    std::array<ByteKind, 256> kinds_{};
    std::array<char, 256> lower_{};
    std::string hash_;
};

} // namespace flip
