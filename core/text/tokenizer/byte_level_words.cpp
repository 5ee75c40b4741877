#include "core/text/tokenizer/byte_level_words.h"

#include "core/text/tokenizer/character_class.h"
#include "core/text/tokenizer/unicode.h"

#include <array>
#include <cstdint>

namespace flip {

namespace {

using enum CharacterClass;

unsigned char byteAt(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

constexpr std::array<CharacterClass, 128> kAscii = [] {
    std::array<CharacterClass, 128> classes{};
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool number = c >= '0' && c <= '9';
        const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        classes[c] = letter ? Letter : number ? Number : blank ? WhiteSpace : Other;
    }
    return classes;
}();

/// The class of the character at `at`; moves `at` past it.
CharacterClass nextClass(std::string_view text, std::size_t& at) {
    const unsigned char byte = byteAt(text, at);
    if (byte < kAscii.size()) {
        ++at;
        return kAscii[byte];
    }
    return characterClass(nextCharacter(text, at));
}

/// Where a run of one class ends.
std::size_t runEnd(std::string_view text, std::size_t at, CharacterClass kind) {
    while (at < text.size()) {
        const unsigned char byte = byteAt(text, at);
        if (byte < kAscii.size()) {
            if (kAscii[byte] != kind) {
                return at;
            }
            ++at;
            continue;
        }
        std::size_t next = at;
        if (characterClass(nextCharacter(text, next)) != kind) {
            return at;
        }
        at = next;
    }
    return at;
}

/// A run of white space leaves its last character to the next word, unless it has only one.
std::size_t whiteSpaceEnd(std::string_view text, std::size_t begin) {
    std::size_t last = begin;
    std::size_t end = begin;
    while (end < text.size()) {
        std::size_t next = end;
        if (nextClass(text, next) != WhiteSpace) {
            return last == begin ? end : last;
        }
        last = end;
        end = next;
    }
    return end;
}

/// Bytes of the contraction that the text begins with, such as "'ll"; 0 if there is none.
std::size_t contraction(std::string_view text) {
    if (text.size() < 2 || text[0] != '\'') {
        return 0;
    }
    switch (text[1]) {
    case 's':
    case 't':
    case 'm':
    case 'd':
        return 2;
    case 'r':
    case 'v':
        return text.size() > 2 && text[2] == 'e' ? 3 : 0;
    case 'l':
        return text.size() > 2 && text[2] == 'l' ? 3 : 0;
    default:
        return 0;
    }
}

bool mayContract(char letter) {
    return std::string_view("stmdrvl").find(letter) != std::string_view::npos;
}

CharacterClass lastClass(std::string_view text) {
    const unsigned char byte = byteAt(text, text.size() - 1);
    return byte < kAscii.size() ? kAscii[byte] : characterClass(lastCharacter(text));
}

/// Where the last character begins.
std::size_t lastBegin(std::string_view text) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (byteAt(text, at) & 0xC0U) == 0x80U) {
        --at;
    }
    return at;
}

} // namespace

std::size_t wordEnd(std::string_view text, std::size_t at) {
    if (const std::size_t length = contraction(text.substr(at)); length > 0) {
        return at + length;
    }
    std::size_t next = at;
    CharacterClass kind = nextClass(text, next);
    if (kind == WhiteSpace && text[at] == ' ' && next < text.size()) {
        kind = nextClass(text, next);
    }
    return kind == WhiteSpace ? whiteSpaceEnd(text, at) : runEnd(text, next, kind);
}

WordBorder borderBetween(std::string_view left, std::string_view right) {
    const CharacterClass before = lastClass(left);
    std::size_t second = 0;
    const CharacterClass after = nextClass(right, second);
    if (before != WhiteSpace) {
        if (left.back() == '\'' && mayContract(right.front())) {
            return WordBorder::Unsure;
        }
        return before != after ? WordBorder::Break : WordBorder::Unsure;
    }
    if (after == WhiteSpace) {
        // The last character of a run joins the next word, so only the border before it is certain.
        const bool followed = second < right.size() && nextClass(right, second) != WhiteSpace;
        return followed ? WordBorder::BreakUnlessTextEnds : WordBorder::Unsure;
    }
    // A single white space character other than a blank is a word of its own.
    const std::string_view rest = left.substr(0, lastBegin(left));
    const bool alone = left.back() != ' ' && !rest.empty() && lastClass(rest) != WhiteSpace;
    return alone ? WordBorder::Break : WordBorder::Unsure;
}

} // namespace flip
