#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flip {

// Unicode functions for tokenizers. Pure; any thread.
//
// Categories are those of Unicode 8.0, combining classes those of Unicode 9.0 and lower-casing that
// of Unicode 17.0, whatever version the machine's ICU has: the reference tokenizers contain these
// tables, and vocabularies were trained with them. A character newer than its table counts as an
// ordinary letter. The classes that split words for byte-level BPE are in character_class.h.

/// Replaces invalid bytes.
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

/// Letters, marks, digits, connectors and joiners (\w in regular expressions), as far as the
/// machine's ICU or characterClass() knows them.
bool isWordCharacter(char32_t c);

int combiningClass(char32_t c);

/// Appends the full canonical decomposition.
void appendDecomposed(char32_t c, std::u32string& out);

/// Appends the full compatibility decomposition.
void appendCompatiblyDecomposed(char32_t c, std::u32string& out);

/// Marks of any kind, of Unicode 9.0.
bool isMark(char32_t c);

/// Appends the full lower case of the code point without context: a capital sigma is always U+03C3.
void appendLower(char32_t c, std::u32string& out);

/// Decodes UTF-8. Every maximal part of an ill-formed sequence becomes one U+FFFD, as Unicode
/// recommends and lossy decoding in other languages does.
std::u32string decodeUtf8(std::string_view bytes);

/// Decodes the code point at `at` and moves `at` past it; ill-formed parts as above.
char32_t nextCharacter(std::string_view utf8, std::size_t& at);

/// The last code point; ill-formed parts as above. The text must not be empty.
char32_t lastCharacter(std::string_view utf8);

/// The bytes if they are valid UTF-8, else a copy in `repaired` whose ill-formed parts are U+FFFD.
std::string_view asUtf8(std::string_view bytes, std::string& repaired);

void appendUtf8(char32_t c, std::string& out);

/// A Problem if the machine's Unicode data cannot be read. Call once before using the above.
Result<void> checkUnicodeData();

} // namespace flip
