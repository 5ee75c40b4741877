#include "app/manual/roff.h"

#include "core/base/version.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace flip::manual {

namespace {

/// The first code point of well-formed UTF-8, and its length in bytes.
std::pair<std::uint32_t, std::size_t> codePoint(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : byte(0) >= 0xC0 ? 2 : 1;
    std::uint32_t point = length == 1 ? byte(0) : byte(0) & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length && i < text.size(); ++i) {
        point = (point << 6) | (byte(i) & 0x3Fu);
    }
    return {point, std::min(length, text.size())};
}

/// Escapes characters that roff would replace by typographic ones, which cannot be pasted into a
/// shell.
std::string escaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto [point, length] = codePoint(text);
        switch (point) {
        case '\\':
            result += "\\e";
            break;
        case '-':
            result += "\\-";
            break;
        case '\'':
            result += "\\(aq";
            break;
        case '"':
            result += "\\(dq";
            break;
        case '^':
            result += "\\(ha";
            break;
        case '~':
            result += "\\(ti";
            break;
        case '`':
            result += "\\(ga";
            break;
        default:
            if (point < 0x80) {
                result += static_cast<char>(point);
            } else {
                std::array<char, 16> name{};
                std::snprintf(name.data(), name.size(), "\\[u%04X]", point);
                result += name.data();
            }
        }
        text.remove_prefix(length);
    }
    return result;
}

std::vector<std::string> linesOf(std::string_view text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + escaped(text) + "\\fR";
}

std::string roff(std::string_view text) {
    constexpr std::string_view kCommand = "'flip ";
    std::string result;
    for (;;) {
        const std::size_t begin = text.find(kCommand);
        const std::size_t end =
            begin == std::string_view::npos ? begin : text.find('\'', begin + kCommand.size());
        if (end == std::string_view::npos) {
            return result + escaped(text);
        }
        result += escaped(text.substr(0, begin)) + bold(text.substr(begin + 1, end - begin - 1));
        text.remove_prefix(end + 1);
    }
}

RoffPage::RoffPage(std::string_view name, int section) {
    std::string title(name);
    std::ranges::transform(title, title.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    // No date, so that the same sources always give the same page.
    text_ = ".TH " + title + " " + std::to_string(section) + " \"\" \"FLIP Workbench " +
            programVersion() + "\" \"FLIP Workbench\"\n";
    // No hyphenation of words such as id.backbone, and no justification.
    text_ += ".nh\n.ad l\n";
}

void RoffPage::section(std::string_view title) {
    text_ += ".SH \"" + escaped(title) + "\"\n";
    afterTitle_ = true;
}

void RoffPage::subsection(std::string_view title) {
    text_ += ".SS \"" + escaped(title) + "\"\n";
    afterTitle_ = true;
}

void RoffPage::paragraph(const std::string& text) {
    text_ += afterTitle_ ? "" : ".PP\n";
    line(text);
}

void RoffPage::term(const std::string& term, const std::string& meaning) {
    text_ += ".TP\n";
    line(term);
    line(meaning);
}

void RoffPage::synopsis(const std::string& command, const std::string& arguments) {
    text_ += ".PD 0\n.TP " + std::to_string(command.size() + 1) + "n\n";
    line(bold(command));
    line(arguments.empty() ? "\\&" : arguments);
    text_ += ".PD\n";
}

void RoffPage::example(const std::vector<std::string>& lines) {
    text_ += ".PP\n.RS 4\n.nf\n";
    for (const std::string& one : lines) {
        line(escaped(one));
    }
    text_ += ".fi\n.RE\n";
}

void RoffPage::prose(std::string_view text) {
    std::string words;
    std::vector<std::string> lines;
    const auto end = [&] {
        if (!words.empty()) {
            paragraph(roff(words));
        }
        if (!lines.empty()) {
            example(lines);
        }
        words.clear();
        lines.clear();
    };
    for (const std::string& one : linesOf(text)) {
        const bool isExample = one.starts_with(' ');
        if (one.empty() || isExample == !words.empty()) {
            end();
        }
        if (isExample) {
            lines.push_back(one.substr(one.find_first_not_of(' ')));
        } else if (!one.empty()) {
            words += (words.empty() ? "" : " ") + one;
        }
    }
    end();
}

void RoffPage::line(const std::string& text) {
    // A line that begins with . or ' would be a roff request.
    afterTitle_ = false;
    text_ += (text.starts_with('.') || text.starts_with('\'') ? "\\&" : "") + text + "\n";
}

} // namespace flip::manual
