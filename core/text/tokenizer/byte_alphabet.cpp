#include "core/text/tokenizer/byte_alphabet.h"

#include "core/base/text_encoding.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
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

constexpr char32_t kReadableBlank = 0x2581;
constexpr char32_t kPictures = 0x2400; // of the control characters from U+0000 on
constexpr char32_t kPictureOfDelete = 0x2421;

/// The byte that a character stands for; below 0 if it is not in the alphabet.
int byteOf(char32_t c) {
    const auto found = std::find(kCharacters.begin(), kCharacters.end(), c);
    return found == kCharacters.end() ? -1 : static_cast<int>(found - kCharacters.begin());
}

void appendByteNumber(char byte, std::string& text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto number = static_cast<unsigned char>(byte);
    text += "<0x";
    text += kDigits[number / 16];
    text += kDigits[number % 16];
    text += '>';
}

/// Appends bytes as readableBytes() shows them.
void appendReadable(std::string_view bytes, std::string& text) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t begin = at;
        const char32_t c = nextCharacter(bytes, at);
        if (c == ' ') {
            appendUtf8(kReadableBlank, text);
        } else if (c < ' ') {
            appendUtf8(kPictures + c, text);
        } else if (c == 0x7F) {
            appendUtf8(kPictureOfDelete, text);
        } else if (isUtf8(bytes.substr(begin, at - begin))) {
            text += bytes.substr(begin, at - begin);
        } else {
            for (const char byte : bytes.substr(begin, at - begin)) {
                appendByteNumber(byte, text);
            }
        }
    }
}

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

std::string readableBytes(std::string_view piece) {
    std::string text;
    std::string bytes;
    for (std::size_t at = 0; at < piece.size();) {
        const std::size_t begin = at;
        const int byte = byteOf(nextCharacter(piece, at));
        if (byte >= 0) {
            bytes += static_cast<char>(byte);
            continue;
        }
        appendReadable(bytes, text);
        bytes.clear();
        text += piece.substr(begin, at - begin);
    }
    appendReadable(bytes, text);
    return text;
}

std::int32_t sizeInByteAlphabet(std::uint8_t byte) {
    return characterOfByte(byte) < 0x80 ? 1 : 2;
}

} // namespace flip
