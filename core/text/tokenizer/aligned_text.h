#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A text on its way to the vocabulary: characters, each with the code points [begin, end) of the
/// input it came from.
class AlignedText {
public:
    struct Unit {
        char32_t character = 0;
        std::int32_t begin = 0;
        std::int32_t end = 0;
    };

    /// A character of a changed text: it is inserted (1), stands for the next character of the old
    /// text (0), or for that and n more behind it (-n).
    struct Change {
        char32_t character = 0;
        std::int32_t change = 0;
    };

    /// `first` is the position of text[0] in the input.
    AlignedText(std::u32string_view text, std::int32_t first);

    const std::vector<Unit>& units() const { return units_; }
    std::vector<Unit>& units() { return units_; }
    std::u32string characters() const;

    /// Becomes what the changes say, but for the first `removed` characters of the old text. What
    /// is inserted takes the place of the character before it, at the beginning that of the text.
    void transform(std::span<const Change> changes, std::size_t removed = 0);

    /// Puts a text before the first character, whose place it shares; an empty text stays empty.
    void prepend(std::u32string_view text);

private:
    std::int32_t first_;
    std::vector<Unit> units_;
};

} // namespace flip
