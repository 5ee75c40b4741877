#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flip {

// The alphabet in which byte-level BPE writes bytes (Radford et al. 2019): printable Latin-1
// characters stand for themselves, the other bytes are mapped to U+0100 onwards in order. Pure
// functions; any thread.

char32_t characterOfByte(std::uint8_t byte);

/// The bytes as spelled in a vocabulary, in UTF-8.
std::string inByteAlphabet(std::string_view bytes);

/// Decodes a piece in the alphabet for display: blanks become U+2581, control characters their
/// pictures (U+2400 onwards), and bytes that do not form a character "<0xC3>". Characters outside
/// the alphabet are kept.
std::string readableBytes(std::string_view piece);

/// UTF-8 bytes of the byte's character.
std::int32_t sizeInByteAlphabet(std::uint8_t byte);

} // namespace flip
