#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A text during normalization: characters, each with the code points [begin, end) of the input
/// that it came from.
class AlignedText {
public:
    struct Unit {
        char32_t character = 0;
        std::int32_t begin = 0;
        std::int32_t end = 0;
    };

    /// A character of a changed text: it is inserted (1), or replaces the next character of the old
    /// text (0), or that one and the n after it (-n).
    struct Change {
        char32_t character = 0;
        std::int32_t change = 0;
    };

    /// `first` is the position of text[0] in the input.
    AlignedText(std::u32string_view text, std::int32_t first);

    const std::vector<Unit>& units() const { return units_; }
    std::vector<Unit>& units() { return units_; }
    std::u32string characters() const;

    /// Applies the changes after removing the first `removed` characters of the old text. Inserted
    /// characters get the position of the character before them, or of the start of the text.
    void transform(std::span<const Change> changes, std::size_t removed = 0);

    /// Inserts a text before the first character, at its position. An empty text stays empty.
    void prepend(std::u32string_view text);

private:
    std::int32_t first_;
    std::vector<Unit> units_;
};

} // namespace flip
