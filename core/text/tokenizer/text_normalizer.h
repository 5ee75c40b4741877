#pragma once

#include "core/text/tokenizer/aligned_text.h"
#include "core/text/tokenizer/characters_map.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// One step of a normalizer.
struct NormalizerStep {
    enum class Kind {
        Map,           // by `map`
        Replace,       // every `pattern` by `content`
        ReplaceBlanks, // every two or more blanks in a row by `content`
        Decompose,     // canonically
        DecomposeCompatibly,
        Lowercase,
        StripMarks,
        StripLeft, // white space at the beginning
        StripRight // and at the end
    };

    Kind kind = Kind::Replace;
    std::u32string pattern;
    std::u32string content;
    std::shared_ptr<const CharactersMap> map;
};

/// The normalizers of SentencePiece models, with the results and the alignment of Hugging Face
/// `tokenizers`. Immutable; any thread.
class TextNormalizer {
public:
    explicit TextNormalizer(std::vector<NormalizerStep> steps) : steps_(std::move(steps)) {}

    const std::vector<NormalizerStep>& steps() const { return steps_; }

    void apply(AlignedText& text) const;

    /// The normalized text without alignment.
    std::u32string normalized(std::u32string_view text) const;

private:
    std::vector<NormalizerStep> steps_;
};

} // namespace flip
