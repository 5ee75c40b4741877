#pragma once

#include "core/spec/choice.h"
#include "core/spec/options.h"

#include <cassert>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace flip {

/// Follows pointers to members: spec -> group -> value.
template <auto Outer, auto... Inner>
auto& memberOf(auto& spec) {
    return ((spec.*Outer).*....*Inner);
}

/// Whether T is a list of values of an enum with words.
template <class T>
constexpr bool kIsChoiceList = false;
template <Choice E>
constexpr bool kIsChoiceList<std::vector<E>> = true;

template <class T>
constexpr OptionType typeOf() {
    if constexpr (std::is_same_v<T, std::int64_t>) {
        return OptionType::Integer;
    } else if constexpr (std::is_same_v<T, double>) {
        return OptionType::Real;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return OptionType::Text;
    } else if constexpr (Choice<T>) {
        return OptionType::Choice;
    } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
        return OptionType::IntegerList;
    } else {
        static_assert(kIsChoiceList<T>);
        return OptionType::ChoiceList;
    }
}

/// The words to choose from; empty if the option is not a choice.
template <class T>
std::vector<std::string> choicesOf() {
    if constexpr (Choice<T>) {
        return wordsOf(allChoices<T>());
    } else if constexpr (kIsChoiceList<T>) {
        return choicesOf<typename T::value_type>();
    } else {
        return {};
    }
}

/// A member's value as an option value: choices become their words.
template <class T>
OptionValue toOptionValue(T value) {
    if constexpr (Choice<T>) {
        return std::string(wordOf(value));
    } else if constexpr (kIsChoiceList<T>) {
        return wordsOf(value);
    } else {
        return value;
    }
}

/// The reverse, for a value that has passed checkRange().
template <class T>
void read(const OptionValue& value, T& member) {
    if constexpr (Choice<T>) {
        const auto choice = choiceOf<T>(std::get<std::string>(value));
        assert(choice.has_value());
        member = *choice;
    } else if constexpr (kIsChoiceList<T>) {
        member.clear();
        for (const std::string& word : std::get<std::vector<std::string>>(value)) {
            read(OptionValue(word), member.emplace_back());
        }
    } else {
        const T* typed = std::get_if<T>(&value);
        assert(typed != nullptr);
        member = *typed;
    }
}

/// Builds one row of the option table.
template <class T>
class Row {
public:
    explicit Row(Option option) : option_(std::move(option)) {}

    Row&& in(std::string unit) && {
        option_.unit = std::move(unit);
        return std::move(*this);
    }
    Row&& from(double minimum, double maximum) && {
        option_.minimum = minimum;
        option_.maximum = maximum;
        return std::move(*this);
    }
    Row&& above(double minimum, double maximum) && {
        option_.exclusiveMinimum = true;
        return std::move(*this).from(minimum, maximum);
    }
    /// Allows only some of the enum's values.
    Row&& oneOf(const std::vector<T>& some) && {
        option_.choices = wordsOf(some);
        return std::move(*this);
    }
    Row&& published(T value) && {
        option_.publishedDefault = toOptionValue(std::move(value));
        return std::move(*this);
    }
    Row&& readBy(std::vector<Branches> branches) && {
        option_.branches = std::move(branches);
        return std::move(*this);
    }
    Row&& ofBackbones(std::vector<BackboneKind> backbones) && {
        option_.backbones = std::move(backbones);
        return std::move(*this);
    }
    Row&& outsideRecipe() && {
        option_.outsideRecipe = true;
        return std::move(*this);
    }
    Row&& advanced() && {
        option_.advanced = true;
        return std::move(*this);
    }
    operator Option() && { return std::move(option_); }

private:
    Option option_;
};

/// A row for the member at the end of the path; its type determines the option's type.
template <auto Outer, auto... Inner>
auto row(OptionGroup group, std::string key, std::string label, auto defaultValue,
         std::string help) {
    using T =
        std::remove_reference_t<decltype(memberOf<Outer, Inner...>(std::declval<RunSpec&>()))>;
    Option option{.key = std::move(key),
                  .label = std::move(label),
                  .help = std::move(help),
                  .group = group,
                  .type = typeOf<T>(),
                  .defaultValue = toOptionValue(T(std::move(defaultValue))),
                  .choices = choicesOf<T>()};
    option.get = [](const RunSpec& spec) { return toOptionValue(memberOf<Outer, Inner...>(spec)); };
    option.set = [](RunSpec& spec, const OptionValue& value) {
        read(value, memberOf<Outer, Inner...>(spec));
    };
    return Row<T>(std::move(option));
}

} // namespace flip
