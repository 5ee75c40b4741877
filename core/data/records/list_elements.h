#pragma once

#include "core/base/trimmed.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Calls visit(element) for every non-empty element of a separated text, "Drama|War".
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

/// Whether a text begins and ends with a bracket, ignoring blanks around it.
bool isInBrackets(std::string_view text);

/// The elements of a list in brackets, as Python, NumPy and JSON write it: ['Drama', "War"],
/// ['Drama' 'War'], [u'Drama', b'War'], [8, -.5], []; None, null, nan and NaN are left out. Blanks
/// around it are allowed. Nothing for any other text, such as [REC]: an element must be in quotes,
/// or a number, true or false.
std::optional<std::vector<std::string>> bracketedElements(std::string_view text);

/// Calls visit(element) for every non-empty element of a field's value: a list in brackets, or
/// otherwise a separated text.
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

/// Whether the end of an element and the separator after it contain an earlier separator: "a:"
/// before "::" would be read as "a" and ":".
bool runsIntoSeparator(std::string_view element, std::string_view separator);

/// Whether non-empty elements, joined by the separator, would be read back differently.
template <class Elements>
bool needBrackets(const Elements& elements, std::string_view separator) {
    std::size_t remaining = elements.size(); // elements after this one
    for (const std::string_view element : elements) {
        --remaining;
        if (element.find(separator) != std::string_view::npos ||
            (remaining > 0 && runsIntoSeparator(element, separator))) {
            return true;
        }
    }
    if (elements.empty()) {
        return false;
    }
    // Blanks are ignored, so an element of blanks alone leaves open what the text begins with.
    const std::string_view first = trimmed(std::string_view(elements.front()));
    const std::string_view last = trimmed(std::string_view(elements.back()));
    return (first.empty() || first.starts_with('[')) && (last.empty() || last.ends_with(']'));
}

/// Appends a list element by element: joined by the separator, or in brackets and quotes. If
/// needBrackets() chooses the form, forEachListElement() reads the same elements back.
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
