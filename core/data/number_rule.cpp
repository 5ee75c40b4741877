#include "core/data/number_rule.h"

#include "core/base/text_encoding.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace flip {

namespace {

std::string_view withoutBlanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Sign {
    std::string_view text;
    NumberRule::Comparison comparison;
};

// Longer signs first: ">=" must not be read as ">" and a rest.
constexpr std::array<Sign, 6> kSigns = {{
    {"<=", NumberRule::Comparison::LessOrEqual},
    {">=", NumberRule::Comparison::GreaterOrEqual},
    {"==", NumberRule::Comparison::Equal},
    {"!=", NumberRule::Comparison::NotEqual},
    {"<", NumberRule::Comparison::Less},
    {">", NumberRule::Comparison::Greater},
}};

} // namespace

std::optional<double> parseNumber(std::string_view text) {
    text = withoutBlanks(text);
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

bool NumberRule::holds(double value) const {
    switch (comparison) {
    case Comparison::Less:
        return value < number;
    case Comparison::LessOrEqual:
        return value <= number;
    case Comparison::Equal:
        return value == number;
    case Comparison::NotEqual:
        return value != number;
    case Comparison::GreaterOrEqual:
        return value >= number;
    case Comparison::Greater:
        return value > number;
    }
    return false;
}

Result<NumberRule> parseNumberRule(std::string_view text, const std::string& where) {
    const std::string_view rule = withoutBlanks(text);
    for (const Sign& sign : kSigns) {
        if (!rule.starts_with(sign.text)) {
            continue;
        }
        if (const auto number = parseNumber(rule.substr(sign.text.size()))) {
            return NumberRule{sign.comparison, *number};
        }
        break;
    }
    return Problem{quotedText(text) +
                       " is no rule; write one of < <= == != >= > and a number, such as \">= 6\"",
                   where};
}

} // namespace flip
