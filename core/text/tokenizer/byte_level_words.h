#pragma once

#include <cstddef>
#include <string_view>

namespace flip {

// The words of byte-level BPE as GPT-2 cuts them out (Radford et al. 2019), by the pattern
// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ , which leaves nothing
// of a text out. Texts are UTF-8. Pure functions; any thread.

/// Where the word that begins at `at` ends, in bytes. `at` is below the text's size, and 0 or the
/// end of another word.
std::size_t wordEnd(std::string_view text, std::size_t at);

/// What is known of a place between two texts.
enum class WordBorder {
    Unsure,             // a word may reach over it, or the two sides may depend on each other
    Break,              // whatever stands around, the words of the whole are those of the two sides
    BreakUnlessTextEnds // the same, unless the words' text ends one character behind the place
};

/// Whether words break between two neighbours, neither of them empty.
WordBorder borderBetween(std::string_view left, std::string_view right);

} // namespace flip
