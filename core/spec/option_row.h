#pragma once

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

template <class T>
constexpr OptionType typeOf() {
    if constexpr (std::is_same_v<T, std::int64_t>) {
        return OptionType::Integer;
    } else if constexpr (std::is_same_v<T, double>) {
        return OptionType::Real;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return OptionType::Text;
    } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
        return OptionType::IntegerList;
    } else {
        static_assert(std::is_same_v<T, std::vector<std::string>>);
        return OptionType::ChoiceList;
    }
}

/// One row of the table while it is being written down.
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
    Row&& oneOf(std::vector<std::string> choices) && {
        if (option_.type == OptionType::Text) {
            option_.type = OptionType::Choice;
        }
        option_.choices = std::move(choices);
        return std::move(*this);
    }
    Row&& published(T value) && {
        option_.publishedDefault = OptionValue(std::move(value));
        return std::move(*this);
    }
    Row&& readBy(std::vector<std::string> branches) && {
        option_.branches = std::move(branches);
        return std::move(*this);
    }
    Row&& ofBackbones(std::vector<std::string> backbones) && {
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

/// A row for the member at the end of the path; its type decides the option's type.
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
                  .defaultValue = T(std::move(defaultValue))};
    option.get = [](const RunSpec& spec) { return OptionValue(memberOf<Outer, Inner...>(spec)); };
    option.set = [](RunSpec& spec, const OptionValue& value) {
        const T* typed = std::get_if<T>(&value);
        assert(typed != nullptr);
        memberOf<Outer, Inner...>(spec) = *typed;
    };
    return Row<T>(std::move(option));
}

} // namespace flip
