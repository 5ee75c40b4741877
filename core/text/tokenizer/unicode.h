#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flip {

// What tokenizers need of Unicode. Pure functions; any thread.
//
// Categories are those of Unicode 8.0, combining classes those of Unicode 9.0 and lower-casing that
// of Unicode 17.0, whatever the machine's ICU knows: the reference tokenizers carry these tables,
// and a vocabulary was trained with them. A character younger than its table is an ordinary letter.
// What splits words for byte-level BPE is in character_class.h.

/// Stands for what is no character.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// Properties of a code point, as bits.
enum CharacterBits : std::uint8_t {
    kWhiteSpace = 1,       // White_Space
    kPunctuation = 2,      // categories P*, and the ASCII symbols
    kControl = 4,          // categories Cc, Cf and Co
    kNonspacingMark = 8,   // category Mn
    kReordersSpacing = 16, // a combining class above 0, but not category Mn
    kDecomposes = 32,      // the canonical decomposition differs
    kLowers = 64,          // the lower case differs
    kIdeograph = 128,      // the blocks that BERT isolates as Chinese characters
};

std::uint8_t characterBits(char32_t c);

/// Letters, marks, digits, connectors and joiners: \w of a regular expression, as far as the
/// machine's ICU or characterClass() knows them.
bool isWordCharacter(char32_t c);

int combiningClass(char32_t c);

/// Appends the full canonical decomposition.
void appendDecomposed(char32_t c, std::u32string& out);

/// Appends the full compatibility decomposition.
void appendCompatiblyDecomposed(char32_t c, std::u32string& out);

/// Marks of any kind, of Unicode 9.0.
bool isMark(char32_t c);

/// Appends the full lower case of the code point on its own: a capital sigma is always U+03C3.
void appendLower(char32_t c, std::u32string& out);

/// Code points of UTF-8. Every maximal part of an ill-formed sequence becomes one U+FFFD, as
/// Unicode recommends and other languages' lossy decoding does.
std::u32string decodeUtf8(std::string_view bytes);

/// The code point that begins at `at`, which moves behind it; ill-formed parts as above.
char32_t nextCharacter(std::string_view utf8, std::size_t& at);

/// The code point that ends where the text does; ill-formed parts as above. Not of an empty text.
char32_t lastCharacter(std::string_view utf8);

/// The bytes if they are UTF-8 throughout, else a copy in `mended` whose ill-formed parts are
/// U+FFFD.
std::string_view asUtf8(std::string_view bytes, std::string& mended);

void appendUtf8(char32_t c, std::string& out);

/// Whether the machine's Unicode data can be read at all; ask once before using the above.
Result<void> checkUnicodeData();

} // namespace flip
