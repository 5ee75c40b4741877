#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace flip {

/// A finite decimal number with blanks round it or none; nothing else stands in the text.
std::optional<double> parseNumber(std::string_view text);

/// A comparison with a number, such as ">= 6".
struct NumberRule {
    enum class Comparison { Less, LessOrEqual, Equal, NotEqual, GreaterOrEqual, Greater };

    Comparison comparison = Comparison::Equal;
    double number = 0;

    bool holds(double value) const;
};

/// Reads one of <, <=, ==, !=, >=, > and a number. `where` is where the rule is written.
Result<NumberRule> parseNumberRule(std::string_view text, const std::string& where);

} // namespace flip
