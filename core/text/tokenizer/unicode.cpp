#include "core/text/tokenizer/unicode.h"

#include "core/base/text_encoding.h"
#include "core/text/tokenizer/character_class.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <array>
#include <vector>

namespace flip {

namespace {

constexpr char32_t kPlaneSize = 0x10000;
constexpr std::uint8_t kCategoryVersion = 8;
constexpr std::uint8_t kCombiningVersion = 9;

/// The major Unicode version that introduced the code point; 0 if it is unassigned.
std::uint8_t introducedIn(char32_t c) {
    UVersionInfo version;
    u_charAge(static_cast<UChar32>(c), version);
    return version[0];
}

/// The category in Unicode 8.0: later versions changed that of a few older characters.
std::uint32_t categoryMask(char32_t c) {
    const std::uint8_t version = introducedIn(c);
    if (version == 0 || version > kCategoryVersion) {
        return 0;
    }
    switch (c) {
    case 0x166D:
    case 0x111C9:
        return U_GC_PO_MASK;
    case 0x1734:
    case 0x1171E:
        return U_GC_MN_MASK;
    case 0x1885:
    case 0x1886:
        return U_GC_LO_MASK;
    case 0xA9BD:
        return U_GC_MC_MASK;
    default:
        return U_GET_GC_MASK(static_cast<UChar32>(c));
    }
}

bool isAsciiPunctuation(char32_t c) {
    return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
           (c >= 0x7B && c <= 0x7E);
}

bool isIdeograph(char32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
           (c >= 0x2B740 && c <= 0x2B81F) ||
           (c >= 0x2B920 && c <= 0x2CEAF) || // BERT's table begins at 2B820, the reference's here
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// Lower case that Unicode 16.0 and 17.0 added; 0 if they added none.
char32_t addedLower(char32_t c) {
    switch (c) {
    case 0x1C89:
    case 0xA7CC:
    case 0xA7CE:
    case 0xA7D2:
    case 0xA7D4:
    case 0xA7DA:
        return c + 1;
    case 0xA7CB:
        return 0x264;
    case 0xA7DC:
        return 0x19B;
    default:
        if (c >= 0x10D50 && c <= 0x10D65) {
            return c + 0x20;
        }
        return c >= 0x16EA0 && c <= 0x16EB8 ? c + 0x1B : 0;
    }
}

template <class Open>
const UNormalizer2* opened(Open open) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* instance = open(&status);
    return U_SUCCESS(status) ? instance : nullptr;
}

const UNormalizer2* decomposer() {
    static const UNormalizer2* const kInstance = opened(unorm2_getNFDInstance);
    return kInstance;
}

const UNormalizer2* compatibleDecomposer() {
    static const UNormalizer2* const kInstance = opened(unorm2_getNFKDInstance);
    return kInstance;
}

void appendUtf16(const UChar* units, std::int32_t length, std::u32string& out) {
    for (std::int32_t i = 0; i < length;) {
        UChar32 c = 0;
        U16_NEXT(units, i, length, c);
        out += static_cast<char32_t>(c);
    }
}

void appendDecomposedBy(const UNormalizer2* decomposer, char32_t c, std::u32string& out) {
    std::array<UChar, 32> units;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length =
        introducedIn(c) > kCombiningVersion || decomposer == nullptr
            ? -1
            : unorm2_getDecomposition(decomposer, static_cast<UChar32>(c), units.data(),
                                      static_cast<std::int32_t>(units.size()), &status);
    if (length < 0 || U_FAILURE(status)) {
        out += c;
        return;
    }
    appendUtf16(units.data(), length, out);
}

std::uint8_t computeBits(char32_t c) {
    const std::uint32_t category = categoryMask(c);
    std::uint8_t bits = 0;
    const auto set = [&bits](CharacterBits bit, bool on) {
        if (on) {
            bits = static_cast<std::uint8_t>(bits | bit);
        }
    };
    const bool mark = (category & U_GC_MN_MASK) != 0;
    set(kWhiteSpace, u_isUWhiteSpace(static_cast<UChar32>(c)) != 0);
    set(kPunctuation, (category & U_GC_P_MASK) != 0 || isAsciiPunctuation(c));
    set(kControl, (category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0);
    set(kNonspacingMark, mark);
    set(kReordersSpacing, !mark && combiningClass(c) != 0);
    set(kIdeograph, isIdeograph(c));
    std::u32string changed;
    appendDecomposed(c, changed);
    set(kDecomposes, changed.size() != 1 || changed[0] != c);
    changed.clear();
    appendLower(c, changed);
    set(kLowers, changed.size() != 1 || changed[0] != c);
    return bits;
}

bool isContinuationByte(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

} // namespace

char32_t nextCharacter(std::string_view bytes, std::size_t& at) {
    const auto byte = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byte(at++);
    if (lead < 0x80) {
        return lead;
    }
    int following = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    char32_t c = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
        following = 1;
        c = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        following = 2;
        c = lead & 0x0FU;
        low = lead == 0xE0 ? 0xA0 : low;
        high = lead == 0xED ? 0x9F : high;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        following = 3;
        c = lead & 0x07U;
        low = lead == 0xF0 ? 0x90 : low;
        high = lead == 0xF4 ? 0x8F : high;
    }
    if (following == 0) {
        return kReplacementCharacter;
    }
    for (; following > 0; --following) {
        if (at == bytes.size() || byte(at) < low || byte(at) > high) {
            return kReplacementCharacter;
        }
        c = (c << 6) | (byte(at++) & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    return c;
}

std::uint8_t characterBits(char32_t c) {
    static const std::vector<std::uint8_t> kBasicPlane = [] {
        std::vector<std::uint8_t> bits(kPlaneSize);
        for (char32_t code = 0; code < kPlaneSize; ++code) {
            bits[code] = computeBits(code);
        }
        return bits;
    }();
    return c < kPlaneSize ? kBasicPlane[c] : computeBits(c);
}

bool isWordCharacter(char32_t c) {
    const auto code = static_cast<UChar32>(c);
    if (introducedIn(c) == 0) {
        const CharacterClass kind = characterClass(c);
        return kind == CharacterClass::Letter || kind == CharacterClass::Number;
    }
    return u_hasBinaryProperty(code, UCHAR_ALPHABETIC) != 0 ||
           u_hasBinaryProperty(code, UCHAR_JOIN_CONTROL) != 0 ||
           (U_GET_GC_MASK(code) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

int combiningClass(char32_t c) {
    const int value = u_getCombiningClass(static_cast<UChar32>(c));
    return value != 0 && introducedIn(c) <= kCombiningVersion ? value : 0;
}

void appendDecomposed(char32_t c, std::u32string& out) {
    appendDecomposedBy(decomposer(), c, out);
}

void appendCompatiblyDecomposed(char32_t c, std::u32string& out) {
    appendDecomposedBy(compatibleDecomposer(), c, out);
}

bool isMark(char32_t c) {
    switch (c) { // changed by later versions
    case 0x1CF2:
    case 0x1CF3:
        return true;
    case 0x111C9:
        return false;
    default:
        return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0 &&
               introducedIn(c) <= kCombiningVersion;
    }
}

void appendLower(char32_t c, std::u32string& out) {
    if (const char32_t added = addedLower(c)) {
        out += added;
        return;
    }
    std::array<UChar, 2> source;
    std::int32_t sourceLength = 0;
    U16_APPEND_UNSAFE(source.data(), sourceLength, static_cast<UChar32>(c));
    std::array<UChar, 8> units;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length = u_strToLower(units.data(), static_cast<std::int32_t>(units.size()),
                                             source.data(), sourceLength, "", &status);
    if (U_FAILURE(status)) {
        out += c;
        return;
    }
    appendUtf16(units.data(), length, out);
}

std::u32string decodeUtf8(std::string_view bytes) {
    std::u32string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        text += nextCharacter(bytes, at);
    }
    return text;
}

char32_t lastCharacter(std::string_view utf8) {
    constexpr std::size_t kMostFollowing = 3;
    std::size_t begin = utf8.size() - 1;
    for (std::size_t step = 0; step < kMostFollowing && begin > 0; ++step) {
        begin -= isContinuationByte(utf8[begin]) ? 1 : 0;
    }
    char32_t last = kReplacementCharacter;
    while (begin < utf8.size()) {
        last = nextCharacter(utf8, begin);
    }
    return last;
}

std::string_view asUtf8(std::string_view bytes, std::string& repaired) {
    if (isUtf8(bytes)) {
        return bytes;
    }
    repaired.clear();
    for (std::size_t at = 0; at < bytes.size();) {
        appendUtf8(nextCharacter(bytes, at), repaired);
    }
    return repaired;
}

void appendUtf8(char32_t c, std::string& out) {
    const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        add(c);
    } else if (c < 0x800) {
        add(0xC0 | (c >> 6));
        add(0x80 | (c & 0x3F));
    } else if (c < kPlaneSize) {
        add(0xE0 | (c >> 12));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    } else {
        add(0xF0 | (c >> 18));
        add(0x80 | ((c >> 12) & 0x3F));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    }
}

Result<void> checkUnicodeData() {
    std::u32string lower;
    appendLower(0x130, lower);
    if (decomposer() == nullptr || lower.size() != 2) {
        return Problem{"the Unicode data of the ICU library cannot be read; reinstall libicu", ""};
    }
    return {};
}

} // namespace flip
