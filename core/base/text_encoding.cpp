#include "core/base/text_encoding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace flip {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

/// Position of the first byte above 127 at or after `from`; checks eight bytes at a time if
/// possible.
std::size_t skipAscii(std::string_view bytes, std::size_t from) {
    while (from + sizeof(std::uint64_t) <= bytes.size()) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + from, sizeof(word));
        if ((word & kHighBits) != 0) {
            break;
        }
        from += sizeof(word);
    }
    while (from < bytes.size() && static_cast<unsigned char>(bytes[from]) < 0x80) {
        ++from;
    }
    return from;
}

/// Length of the well-formed sequence of two to four bytes at the start; 0 if it is ill-formed.
std::size_t sequenceLength(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = byte(0);
    std::size_t length = 0;
    unsigned low = 0x80; // range of the second byte: excludes overlong forms, surrogates
    unsigned high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        low = lead == 0xE0 ? 0xA0 : low;
        high = lead == 0xED ? 0x9F : high;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        low = lead == 0xF0 ? 0x90 : low;
        high = lead == 0xF4 ? 0x8F : high;
    }
    if (length == 0 || bytes.size() < length || byte(1) < low || byte(1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

} // namespace

bool isUtf8(std::string_view bytes) {
    std::size_t at = 0;
    while ((at = skipAscii(bytes, at)) < bytes.size()) {
        const std::size_t length = sequenceLength(bytes.substr(at));
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

bool isAscii(std::string_view bytes) {
    return skipAscii(bytes, 0) == bytes.size();
}

void appendLatin1AsUtf8(std::string_view bytes, std::string& text) {
    for (const char byte : bytes) {
        const auto code = static_cast<unsigned char>(byte);
        if (code < 0x80) {
            text += byte;
        } else {
            text += static_cast<char>(0xC0 | (code >> 6));
            text += static_cast<char>(0x80 | (code & 0x3F));
        }
    }
}

std::string quotedText(std::string_view text) {
    constexpr std::size_t kShown = 60;
    std::string shown = "\"";
    std::size_t end = std::min(text.size(), kShown);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end; // not in the middle of a character
    }
    for (const char letter : text.substr(0, end)) {
        shown += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
    return shown + (end < text.size() ? "...\"" : "\"");
}

} // namespace flip
