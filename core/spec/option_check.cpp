#include "core/spec/option_check.h"

#include "core/base/text_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace flip {

namespace {

/// A Problem whose text begins with the key, or whose location is the key if `where` is empty.
Problem problemWith(const Option& option, const std::string& where, const std::string& predicate) {
    if (where.empty()) {
        return Problem{predicate, option.key};
    }
    return Problem{option.key + " " + predicate, where};
}

std::string rangeInWords(const Option& option) {
    const bool below = option.minimum > -1e308;
    const bool above = option.maximum < 1e308;
    if (below && above && !option.exclusiveMinimum) {
        return fmt::format(" from {} to {}", option.minimum, option.maximum);
    }
    std::string words;
    if (below) {
        words = fmt::format(" {} {}", option.exclusiveMinimum ? "above" : "of at least",
                            option.minimum);
    }
    if (above) {
        words += fmt::format("{} at most {}", below ? " and" : " of", option.maximum);
    }
    return words;
}

bool inRange(const Option& option, double value) {
    const bool largeEnough =
        option.exclusiveMinimum ? value > option.minimum : value >= option.minimum;
    return largeEnough && value <= option.maximum; // false for NaN
}

bool isChoice(const Option& option, const std::string& word) {
    return std::find(option.choices.begin(), option.choices.end(), word) != option.choices.end();
}

bool isDevice(std::string_view device) {
    constexpr std::string_view kNumbered = "cuda:";
    if (device == "auto" || device == "cpu" || device == "cuda") {
        return true;
    }
    if (!device.starts_with(kNumbered)) {
        return false;
    }
    device.remove_prefix(kNumbered.size());
    return !device.empty() && device.size() <= 3 &&
           device.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<void> checkWords(const Option& option, const std::vector<std::string>& words,
                        const std::string& where) {
    std::set<std::string> seen;
    for (const std::string& word : words) {
        if (!isChoice(option, word)) {
            return problemWith(option, where,
                               fmt::format("names '{}'; choose {}", word, allowedValues(option)));
        }
        if (!seen.insert(word).second) {
            return problemWith(option, where, fmt::format("names '{}' twice; name it once", word));
        }
    }
    return {};
}

} // namespace

std::string allowedValues(const Option& option) {
    switch (option.type) {
    case OptionType::Integer:
        return "a whole number" + rangeInWords(option);
    case OptionType::Real:
        return "a number" + rangeInWords(option);
    case OptionType::Text:
        return option.key == "device" ? "auto, cpu, cuda or cuda:N" : "text";
    case OptionType::Choice:
        return fmt::format("one of {}", fmt::join(option.choices, ", "));
    case OptionType::IntegerList:
        return "a list of one or more whole numbers, each" + rangeInWords(option);
    case OptionType::ChoiceList:
        return fmt::format("a list of one or more of {}", fmt::join(option.choices, ", "));
    }
    return {};
}

Result<OptionValue> withOptionType(const Option& option, const OptionValue& value,
                                   const std::string& where) {
    // The default value has the option's type, so the index in the variant must match its index.
    if (value.index() == option.defaultValue.index()) {
        return value;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value);
        integer != nullptr && option.type == OptionType::Real) {
        return OptionValue(static_cast<double>(*integer));
    }
    if (const auto* words = std::get_if<std::vector<std::string>>(&value);
        words != nullptr && words->empty() && option.type == OptionType::IntegerList) {
        return OptionValue(std::vector<std::int64_t>{});
    }
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value);
        numbers != nullptr && numbers->empty() && option.type == OptionType::ChoiceList) {
        return OptionValue(std::vector<std::string>{});
    }
    return problemWith(option, where,
                       fmt::format("is {}; write {}", formatValue(value), allowedValues(option)));
}

Result<void> checkRange(const Option& option, const OptionValue& value, const std::string& where) {
    const auto refuse = [&](const std::string& shown) {
        return problemWith(option, where,
                           fmt::format("is {}; choose {}", shown, allowedValues(option)));
    };
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        if (!inRange(option, static_cast<double>(*integer))) {
            return refuse(formatValue(value));
        }
    } else if (const auto* real = std::get_if<double>(&value)) {
        if (!inRange(option, *real)) {
            return refuse(formatValue(value));
        }
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        if (!isUtf8(*text)) {
            return problemWith(option, where, "is not valid UTF-8; write it in UTF-8");
        }
        const bool known = option.type == OptionType::Choice
                               ? isChoice(option, *text)
                               : option.key != "device" || isDevice(*text);
        if (!known) {
            return refuse(formatValue(value));
        }
    } else if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
        if (numbers->empty()) {
            return refuse("an empty list");
        }
        for (const std::int64_t number : *numbers) {
            if (!inRange(option, static_cast<double>(number))) {
                return problemWith(
                    option, where,
                    fmt::format("holds {}; choose {}", number, allowedValues(option)));
            }
        }
    } else if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
        if (words->empty()) {
            return refuse("an empty list");
        }
        return checkWords(option, *words, where);
    }
    return {};
}

} // namespace flip
