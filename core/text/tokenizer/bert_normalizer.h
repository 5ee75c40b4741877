#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What a BERT normalizer does; the defaults are those of an uncased model.
struct BertRules {
    bool cleanText = true;    // drop control characters, turn white space into blanks
    bool splitChinese = true; // add blanks around ideographs
    bool stripAccents = true; // decompose, drop nonspacing marks
    bool lowercase = true;
};

/// A normalized text, each unit with the code points of the input that it came from.
struct NormalizedText {
    struct Unit {
        char32_t character = 0;
        std::int32_t begin = 0; // [begin, end) in code points of the input
        std::int32_t end = 0;
        std::int32_t byte = 0; // offset of the character in `bytes`
    };

    std::vector<Unit> units;
    std::string bytes; // the units as UTF-8

    void clear() {
        units.clear();
        bytes.clear();
    }
};

/// The text normalization of BERT (Devlin et al. 2018), with the alignment to the input that
/// Hugging Face `tokenizers` keeps. Immutable; any thread.
class BertNormalizer {
public:
    explicit BertNormalizer(BertRules rules) : rules_(rules) {}

    const BertRules& rules() const { return rules_; }

    /// Appends the normalized text; `first` is the position of text[0] in the input.
    void append(std::u32string_view text, std::int32_t first, NormalizedText& out) const;

private:
    void appendReordered(std::u32string_view text, std::int32_t first, NormalizedText& out) const;
    void finish(char32_t c, std::int32_t begin, std::int32_t end, NormalizedText& out) const;

    BertRules rules_;
};

} // namespace flip
