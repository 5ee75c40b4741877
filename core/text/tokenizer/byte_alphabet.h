#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flip {

// The alphabet in which byte-level BPE writes bytes (Radford et al. 2019): a printable Latin-1
// character stands for itself, the other bytes in turn for U+0100 onwards. Pure functions; any
// thread.

char32_t characterOfByte(std::uint8_t byte);

/// The bytes as they stand in a vocabulary, in UTF-8.
std::string inByteAlphabet(std::string_view bytes);

/// What a piece in the alphabet spells, for people to read: blanks are U+2581, control characters
/// their pictures (U+2400 onwards), and bytes that make no whole character stand as "<0xC3>". What
/// is outside the alphabet stays as it is.
std::string readableBytes(std::string_view piece);

/// How many bytes of UTF-8 the byte's character takes.
std::int32_t sizeInByteAlphabet(std::uint8_t byte);

} // namespace flip
