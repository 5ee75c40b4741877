#pragma once

#include <cstdint>

namespace flip {

/// Classes of code points in regular expressions: \p{L}, \p{N}, \s, or none of them.
enum class CharacterClass : std::uint8_t { Letter, Number, WhiteSpace, Other };

/// The class in Unicode 16.0, whatever version the machine's ICU has: the reference tokenizers
/// split words by this table. Pure; any thread.
CharacterClass characterClass(char32_t c);

} // namespace flip
