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

    std::int32_t unknownPiece = -1; // for bytes without a piece; below 0: they are left out
    bool fusesUnknown = false;      // neighbours of these become one
    bool byteFallback = false;      // they become "<0xC4>" where the vocabulary has that
    bool takesWholeWords = false;   // a word that is a piece needs no merges
    std::string innerPrefix;        // of pieces but a word's first
    std::string lastSuffix;         // of a word's last piece

    bool splitsWords = true;      // as GPT-2 does
    bool addsBlank = false;       // before a text that begins with none
    bool trimsOffsets = true;     // of the blanks at a piece's ends
    bool keepsFirstBlank = false; // but not of one at the beginning
};

/// Byte-level byte-pair encoding (Radford et al. 2019; Sennrich et al. 2016), id for id as Hugging
/// Face `tokenizers` 0.23 computes it.
class BytePairTokenizer final : public Tokenizer {
public:
    /// Pieces are at most kLongestPiece bytes, no added token is empty, every id is that of a piece
    /// or of an added token, and byteFallback goes with neither prefix nor suffix.
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
    void appendOddBytes(std::string_view word, std::vector<BytePairMerges::Symbol>& out) const;
    std::int32_t idOf(std::string_view word, std::size_t at) const;

    std::vector<std::string> pieces_;
    std::vector<bool> added_;    // [pieces], its text stands as it is
    std::vector<Blanks> blanks_; // [pieces]
    BytePairMerges merges_;
    std::array<ByteIds, 4>
        byteIds_{};         // of a byte inside a word, as its first, as its last, as both
    ByteIds fallbackIds_{}; // of "<0x00>" to "<0xFF>"
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
    std::unique_ptr<WordCache> known_; // of split(); changes nothing that can be seen
};

} // namespace flip
