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

/// How many bytes of UTF-8 the byte's character takes.
std::int32_t sizeInByteAlphabet(std::uint8_t byte);

} // namespace flip
