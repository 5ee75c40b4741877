#include "core/data/records/list_elements.h"

#include "core/base/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace flip {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

void appendUtf8(std::uint32_t point, std::string& text) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    const auto addRest = [&](int shift) { add(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xC0 | point >> 6);
        addRest(0);
    } else if (point < 0x10000) {
        add(0xE0 | point >> 12);
        addRest(6);
        addRest(0);
    } else {
        add(0xF0 | point >> 18);
        addRest(12);
        addRest(6);
        addRest(0);
    }
}

/// Whether a word is a number written in digits; "inf" is not.
bool isNumber(std::string_view word) {
    const auto isDigitAt = [&](std::size_t i) {
        return i < word.size() && word[i] >= '0' && word[i] <= '9';
    };
    word.remove_prefix(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
    if (!isDigitAt(0) && !(word.starts_with('.') && isDigitAt(1))) {
        return false;
    }
    double number = 0; // may be out of range
    const char* const end = word.data() + word.size();
    return std::from_chars(word.data(), end, number).ptr == end;
}

/// Parses a list in brackets.
class BracketReader {
public:
    explicit BracketReader(std::string_view text) : rest_(text) {}

    std::optional<std::vector<std::string>> read() {
        if (!take('[')) {
            return std::nullopt;
        }
        skipBlanks();
        while (!take(']')) {
            if (!readElement()) {
                return std::nullopt;
            }
            const bool hasBlank = skipBlanks();
            const bool separated = take(',') || hasBlank;
            skipBlanks();
            if (!separated && !rest_.starts_with(']')) {
                return std::nullopt;
            }
        }
        return rest_.empty() ? std::optional(std::move(elements_)) : std::nullopt;
    }

private:
    bool atQuote() const { return rest_.starts_with('\'') || rest_.starts_with('"'); }

    bool take(char c) {
        const bool found = rest_.starts_with(c);
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }

    bool skipBlanks() {
        const std::size_t count = std::min(rest_.find_first_not_of(kBlanks), rest_.size());
        rest_.remove_prefix(count);
        return count > 0;
    }

    bool readElement() {
        // Python prefixes strings and bytes with a letter; bytes have no encoding, so only ASCII
        // bytes are text.
        const bool isBytes = rest_.starts_with("b'") || rest_.starts_with("b\"");
        if (isBytes || rest_.starts_with("u'") || rest_.starts_with("u\"")) {
            rest_.remove_prefix(1);
        }
        if (!atQuote()) {
            return readUnquoted();
        }
        return readQuoted(isBytes) && (!isBytes || isAscii(elements_.back()));
    }

    bool readQuoted(bool isBytes) {
        const char quote = rest_.front();
        rest_.remove_prefix(1);
        std::string element;
        while (!rest_.empty() && rest_.front() != quote) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c != '\\') {
                element += c;
            } else if (!readEscape(element, isBytes)) {
                return false;
            }
        }
        elements_.push_back(std::move(element));
        return take(quote);
    }

    /// Reads what follows a backslash, as Python and JSON define it.
    bool readEscape(std::string& element, bool isBytes) {
        if (rest_.empty()) {
            return false;
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        constexpr std::string_view kLetters = "ntrbf\\'\"/";
        constexpr std::string_view kMeanings = "\n\t\r\b\f\\'\"/";
        if (const auto at = kLetters.find(c); at != std::string_view::npos) {
            element += kMeanings[at];
            return true;
        }
        const std::size_t digits = c == 'x' ? 2 : isBytes ? 0 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits == 0) {
            element += '\\';
            element += c;
            return true;
        }
        auto point = takeHex(digits);
        constexpr std::uint32_t kHigh = 0xD800;
        constexpr std::uint32_t kLow = 0xDC00;
        constexpr std::uint32_t kSurrogateEnd = 0xE000;
        if (c == 'u' && point && *point >= kHigh && *point < kLow && rest_.starts_with("\\u")) {
            rest_.remove_prefix(2);
            const auto low = takeHex(4);
            if (!low || *low < kLow || *low >= kSurrogateEnd) {
                return false;
            }
            point = 0x10000 + ((*point - kHigh) << 10) + (*low - kLow);
        }
        if (!point || (*point >= kHigh && *point < kSurrogateEnd) || *point > 0x10FFFF) {
            return false;
        }
        appendUtf8(*point, element);
        return true;
    }

    std::optional<std::uint32_t> takeHex(std::size_t digits) {
        std::uint32_t number = 0;
        const std::string_view text = rest_.substr(0, digits);
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number, 16);
        if (error != std::errc() || rest != end || text.size() != digits) {
            return std::nullopt;
        }
        rest_.remove_prefix(digits);
        return number;
    }

    bool readUnquoted() {
        const std::size_t end = std::min(rest_.find_first_of(", \t\r\n]"), rest_.size());
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (word == "None" || word == "null" || word == "nan" || word == "NaN") {
            return true;
        }
        if (word == "True" || word == "true" || word == "False" || word == "false") {
            elements_.emplace_back(word);
            return true;
        }
        elements_.emplace_back(word);
        return isNumber(word);
    }

    std::string_view rest_;
    std::vector<std::string> elements_;
};

} // namespace

bool isInBrackets(std::string_view text) {
    text = trimmed(text, kBlanks);
    return text.starts_with('[') && text.ends_with(']');
}

std::optional<std::vector<std::string>> bracketedElements(std::string_view text) {
    return isInBrackets(text) ? BracketReader(trimmed(text, kBlanks)).read() : std::nullopt;
}

bool runsIntoSeparator(std::string_view element, std::string_view separator) {
    for (std::size_t size = 1; size < separator.size(); ++size) {
        if (element.ends_with(separator.substr(0, size)) &&
            separator.starts_with(separator.substr(size))) {
            return true;
        }
    }
    return false;
}

void ListWriter::add(std::string_view element) {
    if (!inBrackets_) {
        text_ += first_ ? std::string_view() : separator_;
        text_ += element;
        first_ = false;
        return;
    }
    text_ += first_ ? "\"" : ", \"";
    for (const char c : element) {
        if (c == '"' || c == '\\') {
            text_ += '\\';
        }
        text_ += c;
    }
    text_ += '"';
    first_ = false;
}

} // namespace flip
