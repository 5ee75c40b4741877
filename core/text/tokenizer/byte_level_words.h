#pragma once

#include <cstddef>
#include <string_view>

namespace flip {

// Splits texts into the words of byte-level BPE as GPT-2 does (Radford et al. 2019), by the pattern
// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ . Every character is
// part of a word. Texts are UTF-8. Pure functions; any thread.

/// The end, in bytes, of the word that begins at `at`. `at` is below the text's size and is 0 or
/// the end of another word.
std::size_t wordEnd(std::string_view text, std::size_t at);

/// What is known about the border between two texts.
enum class WordBorder {
    Unsure,             // a word may cross it, or the two sides may depend on each other
    Break,              // the whole has the words of the two sides, whatever surrounds them
    BreakUnlessTextEnds // the same, unless the text ends one character after the border
};

/// The border between two neighbouring texts, neither of them empty.
WordBorder borderBetween(std::string_view left, std::string_view right);

} // namespace flip
