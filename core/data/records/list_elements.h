#pragma once

#include "core/base/trimmed.h"

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

/// Whether a text begins and ends with a bracket, blanks round it aside.
bool isInBrackets(std::string_view text);

/// The elements of a list in brackets, as Python, NumPy and JSON write it: ['Drama', "War"],
/// ['Drama' 'War'], [u'Drama', b'War'], [8, -.5], []; None, null, nan and NaN are left out. Blanks
/// may stand round it. Nothing for any other text, such as [REC]: an element is in quotes, or a
/// number, true or false.
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

/// Whether an element ends with the beginning of a separator that the separator behind it goes on
/// with: "a:" before "::" would be read as "a" and ":".
bool runsIntoSeparator(std::string_view element, std::string_view separator);

/// Whether elements with separators between them, none of them empty, would be read as something
/// else.
template <class Elements>
bool needBrackets(const Elements& elements, std::string_view separator) {
    std::size_t behind = elements.size(); // the element
    for (const std::string_view element : elements) {
        --behind;
        if (element.find(separator) != std::string_view::npos ||
            (behind > 0 && runsIntoSeparator(element, separator))) {
            return true;
        }
    }
    if (elements.empty()) {
        return false;
    }
    // Blanks do not count, so an element of nothing else leaves open what the text begins with.
    const std::string_view first = trimmed(std::string_view(elements.front()));
    const std::string_view last = trimmed(std::string_view(elements.back()));
    return (first.empty() || first.starts_with('[')) && (last.empty() || last.ends_with(']'));
}

/// Appends a list element by element: with the separator between them, or in brackets and quotes.
/// forEachListElement() reads the same elements where needBrackets() says which.
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
