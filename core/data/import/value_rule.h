#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Parses a finite decimal number, with or without blanks around it; nothing for other text.
std::optional<double> parseNumber(std::string_view text);

/// What a value must be: a comparison with a number (">= 6"), a text ('== "yes"', '!= "no"'), or
/// one of several numbers or texts ('in ["click", "buy"]', 'in [4, 5]').
struct ValueRule {
    enum class Comparison { Less, LessOrEqual, Equal, NotEqual, GreaterOrEqual, Greater };

    Comparison comparison = Comparison::Equal; // for texts only Equal and NotEqual
    std::vector<double> numbers;               // Equal means equal to one of them
    std::vector<std::string> texts;            // the same; one of the two lists is empty

    /// Whether values are compared as texts, not as numbers.
    bool isText() const { return !texts.empty(); }

    bool holds(double value) const;
    bool holds(std::string_view value) const;
};

/// Parses a rule. Texts are in double or single quotes; inside them a backslash escapes a quote or
/// a backslash. `where` is the location of the rule; the Problem also quotes the invalid part.
Result<ValueRule> parseValueRule(std::string_view text, const std::string& where);

} // namespace flip
