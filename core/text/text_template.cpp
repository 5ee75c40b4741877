#include "core/text/text_template.h"

#include "core/base/nearest_name.h"

#include <algorithm>

namespace flip {

namespace {

/// The text as a literal, with its braces doubled.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result.append(c == '{' || c == '}' ? 2 : 1, c);
    }
    return result;
}

/// "template, column 17", in characters from 1.
std::string columnOf(std::string_view text, std::size_t at) {
    const auto begin = text.begin();
    const auto characters =
        std::count_if(begin, begin + static_cast<std::ptrdiff_t>(at),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    return "template, column " + std::to_string(characters + 1);
}

Problem unknownField(const std::string& name, const std::vector<std::string>& fields,
                     std::string where) {
    const std::vector<std::string_view> names(fields.begin(), fields.end());
    const std::string nearest = nearestName(name, names);
    return Problem{"there is no field \"" + name + '"' +
                       (nearest.empty() ? "" : "; the nearest name is \"" + nearest + '"'),
                   std::move(where)};
}

} // namespace

Result<TextTemplate> TextTemplate::parse(std::string_view text,
                                         const std::vector<std::string>& fields) {
    TextTemplate result;
    result.text_ = text;
    std::string literal;
    bool hasField = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const bool brace = c == '{' || c == '}';
        if (brace && text.substr(at + 1).starts_with(c)) {
            literal += c;
            at += 2;
            continue;
        }
        if (c == '}') {
            return Problem{"a closing brace without an opening one; write }} for a brace",
                           columnOf(text, at)};
        }
        if (c != '{') {
            literal += c;
            ++at;
            continue;
        }
        const std::size_t end = text.find_first_of("{}", at + 1);
        if (end == std::string_view::npos || text[end] == '{') {
            return Problem{"the brace is not closed; write {field}, or {{ for a brace",
                           columnOf(text, at)};
        }
        const std::string name(text.substr(at + 1, end - at - 1));
        const auto field = std::find(fields.begin(), fields.end(), name);
        if (field == fields.end()) {
            return unknownField(name, fields, columnOf(text, at));
        }
        if (!literal.empty()) {
            result.parts_.push_back({std::move(literal), -1});
            literal.clear();
        }
        result.parts_.push_back({"", static_cast<int>(field - fields.begin())});
        hasField = true;
        at = end + 1;
    }
    if (!literal.empty()) {
        result.parts_.push_back({std::move(literal), -1});
    }
    if (!hasField) {
        return Problem{"the template names no field; put a field's name in braces: " +
                           (fields.empty() ? std::string("{title}") : '{' + fields[0] + '}'),
                       columnOf(text, 0)};
    }
    return result;
}

std::string TextTemplate::defaultText(const std::vector<std::string>& fields) {
    std::string text;
    for (const std::string& field : fields) {
        if (!text.empty()) {
            text += ' ';
        }
        text += escaped(field) + " is {" + field + "}.";
    }
    return text;
}

std::string TextTemplate::render(const std::vector<std::string_view>& values) const {
    std::string sentence;
    for (const Part& part : parts_) {
        sentence += part.field < 0 ? std::string_view(part.literal)
                                   : values[static_cast<std::size_t>(part.field)];
    }
    return sentence;
}

} // namespace flip
