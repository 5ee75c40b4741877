#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace flip {

/// The words of an enum, `kWords`, in the order of its values. Files, the command line, the form
/// and the database use the words; wordOf() and choiceOf() convert between words and values.
template <class E>
struct ChoiceWords;

/// An enum with words.
template <class E>
concept Choice = std::is_enum_v<E> && requires {
    ChoiceWords<E>::kWords.size();
};

template <Choice E>
constexpr std::string_view wordOf(E value) {
    const auto place = static_cast<std::size_t>(value);
    assert(place < ChoiceWords<E>::kWords.size());
    return ChoiceWords<E>::kWords[place];
}

/// The value of a word; nullopt if the enum has no such word.
template <Choice E>
constexpr std::optional<E> choiceOf(std::string_view word) {
    const auto& words = ChoiceWords<E>::kWords;
    for (std::size_t place = 0; place < words.size(); ++place) {
        if (words[place] == word) {
            return static_cast<E>(place);
        }
    }
    return std::nullopt;
}

/// Every value, in order.
template <Choice E>
constexpr std::array<E, ChoiceWords<E>::kWords.size()> allChoices() {
    std::array<E, ChoiceWords<E>::kWords.size()> values{};
    for (std::size_t place = 0; place < values.size(); ++place) {
        values[place] = static_cast<E>(place);
    }
    return values;
}

/// The words of the given values, for example of allChoices().
template <class Values>
std::vector<std::string> wordsOf(const Values& values) {
    std::vector<std::string> words;
    for (const auto value : values) {
        words.emplace_back(wordOf(value));
    }
    return words;
}

} // namespace flip
