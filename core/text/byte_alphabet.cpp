#include "core/text/byte_alphabet.h"

#include "core/text/unicode.h"

#include <array>
#include <cstddef>

namespace flip {

namespace {

constexpr bool isPrintable(char32_t c) {
    return (c >= 0x21 && c <= 0x7E) || (c >= 0xA1 && c <= 0xAC) || (c >= 0xAE && c <= 0xFF);
}

constexpr std::array<char32_t, 256> kCharacters = [] {
    std::array<char32_t, 256> characters{};
    char32_t other = 0x100;
    for (std::size_t byte = 0; byte < characters.size(); ++byte) {
        const auto c = static_cast<char32_t>(byte);
        characters[byte] = isPrintable(c) ? c : other++;
    }
    return characters;
}();

} // namespace

char32_t characterOfByte(std::uint8_t byte) {
    return kCharacters[byte];
}

std::string inByteAlphabet(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        appendUtf8(characterOfByte(static_cast<std::uint8_t>(byte)), text);
    }
    return text;
}

std::int32_t sizeInByteAlphabet(std::uint8_t byte) {
    return characterOfByte(byte) < 0x80 ? 1 : 2;
}

} // namespace flip
