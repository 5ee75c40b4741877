#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Calls visit(element) for every element of a separated text, "Drama|War", that is not empty.
template <class Visit>
void forEachElement(std::string_view list, std::string_view separator, Visit visit) {
    for (;;) {
        const std::size_t end = list.find(separator);
        const std::string_view element = list.substr(0, end);
        if (!element.empty()) {
            visit(element);
        }
        if (end == list.npos) {
            return;
        }
        list.remove_prefix(end + separator.size());
    }
}

/// The elements of a list in brackets, as Python, NumPy and JSON write it: ['Drama', "War"],
/// ['Drama' 'War'], [8, 9], []; None and null are left out. Nothing for any other text, such as
/// [REC]: an element is in quotes, or a number, true or false.
std::optional<std::vector<std::string>> bracketedElements(std::string_view text);

/// Calls visit(element) for every element of a field's value that is not empty: of a list in
/// brackets, else of a separated text.
template <class Visit>
void forEachListElement(std::string_view value, std::string_view separator, Visit visit) {
    const auto elements = bracketedElements(value);
    if (!elements) {
        return forEachElement(value, separator, visit);
    }
    for (const std::string& element : *elements) {
        if (!element.empty()) {
            visit(std::string_view(element));
        }
    }
}

/// Whether elements with separators between them would be read as something else.
template <class Elements>
bool needBrackets(const Elements& elements, std::string_view separator) {
    bool inOne = false;
    for (const std::string_view element : elements) {
        inOne = inOne || element.find(separator) != std::string_view::npos;
    }
    return inOne || (!elements.empty() && std::string_view(elements.front()).starts_with('[') &&
                     std::string_view(elements.back()).ends_with(']'));
}

/// Appends a list element by element, as forEachListElement() reads it: with the separator between
/// them, or in brackets and quotes.
class ListWriter {
public:
    ListWriter(bool inBrackets, std::string_view separator, std::string& text)
        : inBrackets_(inBrackets), separator_(separator), text_(text) {
        text_ += inBrackets_ ? "[" : "";
    }

    void add(std::string_view element);
    void finish() { text_ += inBrackets_ ? "]" : ""; }

private:
    bool inBrackets_;
    std::string_view separator_;
    std::string& text_;
    bool first_ = true;
};

} // namespace flip
