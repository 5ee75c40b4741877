#include "core/data/records/json_text.h"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flip {

namespace {

bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}

int hexDigit(char letter) {
    if (isDigit(letter)) {
        return letter - '0';
    }
    const char small = static_cast<char>(letter | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// The number in four hexadecimal digits; -1 if they are not digits.
int hexNumber(const char* digits) {
    int number = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = hexDigit(digits[i]);
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/// The next quote, backslash or control character.
const char* findSpecial(const char* at) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i lastControl = _mm_set1_epi8(0x1F);
    for (;; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i special = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, lastControl), bytes));
        const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(special));
        if (bits != 0) {
            return at + std::countr_zero(bits);
        }
    }
#else
    while (*at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) {
        ++at;
    }
    return at;
#endif
}

void appendUtf8(std::uint32_t code, std::string& target) {
    const auto add = [&](std::uint32_t byte) { target += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | code >> 6);
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    }
}

bool isHighSurrogate(std::uint32_t code) {
    return code >= 0xD800 && code < 0xDC00;
}

bool isLowSurrogate(std::uint32_t code) {
    return code >= 0xDC00 && code < 0xE000;
}

} // namespace

JsonString scanJsonString(const char*& at) {
    JsonString string;
    const char* const begin = ++at;
    for (;;) {
        at = findSpecial(at);
        if (*at == '"') {
            string.text = {begin, static_cast<std::size_t>(at - begin)};
            ++at;
            return string;
        }
        if (*at != '\\') {
            string.wrong = "a string contains a control character";
            return string;
        }
        string.escaped = true;
        ++at;
        if (*at == 'u' && hexNumber(at + 1) >= 0) {
            at += 5;
        } else if (*at != '\0' && std::strchr("\"\\/bfnrt", *at) != nullptr) {
            ++at;
        } else {
            string.wrong = "an escape is invalid";
            return string;
        }
    }
}

const char* jsonScalarEnd(const char* at) {
    // Byte by byte, so that nothing after the first difference is read.
    for (const std::string_view word : {"true", "false", "null"}) {
        if (*at == word[0]) {
            std::size_t same = 1;
            while (same < word.size() && at[same] == word[same]) {
                ++same;
            }
            return same == word.size() ? at + same : nullptr;
        }
    }
    at += *at == '-' ? 1 : 0;
    const auto skipDigits = [&] {
        const char* const begin = at;
        while (isDigit(*at)) {
            ++at;
        }
        return at - begin;
    };
    const bool zero = *at == '0';
    const auto digits = skipDigits();
    if (digits == 0 || (zero && digits > 1)) {
        return nullptr;
    }
    if (*at == '.') {
        ++at;
        if (skipDigits() == 0) {
            return nullptr;
        }
    }
    if (*at == 'e' || *at == 'E') {
        ++at;
        at += *at == '-' || *at == '+' ? 1 : 0;
        if (skipDigits() == 0) {
            return nullptr;
        }
    }
    return at;
}

bool appendUnescaped(std::string_view text, std::string& target) {
    for (;;) {
        const std::size_t backslash = text.find('\\');
        target.append(text, 0, backslash);
        if (backslash == std::string_view::npos) {
            return true;
        }
        const char letter = text[backslash + 1];
        text.remove_prefix(backslash + 2);
        switch (letter) {
        case 'b':
            target += '\b';
            break;
        case 'f':
            target += '\f';
            break;
        case 'n':
            target += '\n';
            break;
        case 'r':
            target += '\r';
            break;
        case 't':
            target += '\t';
            break;
        case 'u': {
            auto code = static_cast<std::uint32_t>(hexNumber(text.data()));
            text.remove_prefix(4);
            if (isHighSurrogate(code) && text.starts_with("\\u")) {
                const auto second = static_cast<std::uint32_t>(hexNumber(text.data() + 2));
                if (isLowSurrogate(second)) {
                    code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
                    text.remove_prefix(6);
                }
            }
            if (isHighSurrogate(code) || isLowSurrogate(code)) {
                return false;
            }
            appendUtf8(code, target);
            break;
        }
        default:
            target += letter;
        }
    }
}

} // namespace flip
