#pragma once

#include "core/text/tokenizer/added_tokens.h"
#include "core/text/tokenizer/byte_pair_merges.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/text/tokenizer/word_cache.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace flip {

/// Everything that decides the ids of a byte-level BPE tokenizer. Pieces are written in the
/// byte-level alphabet, where a blank is U+0120.
struct BytePairModel {
    std::vector<std::string> pieces; // by id; empty where an id has none
    std::vector<BytePairMerges::Merge> merges;
    std::vector<AddedToken> added;
    SpecialTokens special;

    std::int32_t unknownPiece = -1; // for bytes without a piece; below 0: they are skipped
    bool fusesUnknown = false;      // consecutive unknown bytes become one piece
    bool byteFallback = false;      // unknown bytes become "<0xC4>" if the vocabulary has it
    bool takesWholeWords = false;   // a word that is a piece is not merged
    std::string innerPrefix;        // of all pieces of a word but the first
    std::string lastSuffix;         // of a word's last piece

    bool splitsWords = true;      // as GPT-2 does
    bool addsBlank = false;       // before a text that does not begin with one
    bool trimsOffsets = true;     // offsets exclude the blanks at a piece's ends
    bool keepsFirstBlank = false; // but include one at the beginning of the text
};

/// Byte-level byte-pair encoding (Radford et al. 2019; Sennrich et al. 2016), with the same ids as
/// Hugging Face `tokenizers` 0.23.
class BytePairTokenizer final : public Tokenizer {
public:
    /// Pieces must be at most kLongestPiece bytes, no added token may be empty, every id must be
    /// that of a piece or of an added token, and byteFallback excludes a prefix and a suffix.
    explicit BytePairTokenizer(const BytePairModel& model);

    static constexpr std::size_t kLongestPiece = 65535;

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
    struct Blanks {
        std::uint16_t leading = 0;
        std::uint16_t trailing = 0;
    };
    using ByteIds = std::array<std::int32_t, 256>;

    void textPieces(std::string_view text, std::int32_t first, std::vector<Token>& out) const;
    void wordPieces(std::string_view text, std::int32_t first, std::vector<Token>& out) const;
    void appendTrimmed(Token token, Blanks blanks, std::vector<Token>& out) const;
    void split(std::string_view word, WordParts& out) const;
    bool appendBytes(std::string_view word, std::vector<BytePairMerges::Symbol>& out) const;
    void appendBytesOrUnknown(std::string_view word,
                              std::vector<BytePairMerges::Symbol>& out) const;
    std::int32_t idOf(std::string_view word, std::size_t at) const;

    std::vector<std::string> pieces_;
    std::vector<bool> added_;    // [pieces], is an added token
    std::vector<Blanks> blanks_; // [pieces]
    BytePairMerges merges_;
    std::array<ByteIds, 4> byteIds_{}; // of a byte inside a word, at its start, at its end, at both
    ByteIds fallbackIds_{};            // of "<0x00>" to "<0xFF>"
    std::unordered_map<std::string, std::int32_t> wholeWords_;
    AddedTokens rawAdded_;
    AddedTokens normalizedAdded_;
    SpecialTokens special_;
    std::int32_t unknownPiece_;
    bool fusesUnknown_;
    bool byteFallback_;
    bool splitsWords_;
    bool addsBlank_;
    bool trimsOffsets_;
    bool keepsFirstBlank_;
    std::string hash_;
    std::unique_ptr<WordCache> cache_; // results of split()
};

} // namespace flip
