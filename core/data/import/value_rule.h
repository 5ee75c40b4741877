#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A finite decimal number with blanks round it or none; nothing else stands in the text.
std::optional<double> parseNumber(std::string_view text);

/// What a value must be: a comparison with a number (">= 6"), a text ('== "yes"', '!= "no"'), or
/// one of several numbers or texts ('in ["click", "buy"]', 'in [4, 5]').
struct ValueRule {
    enum class Comparison { Less, LessOrEqual, Equal, NotEqual, GreaterOrEqual, Greater };

    Comparison comparison = Comparison::Equal; // of texts only these two: equal, not equal
    std::vector<double> numbers;               // equal means: to one of them
    std::vector<std::string> texts;            // the same; one of the two lists is empty

    /// Whether values are texts, as they stand, and not numbers.
    bool isText() const { return !texts.empty(); }

    bool holds(double value) const;
    bool holds(std::string_view value) const;
};

/// Reads a rule. Texts stand in double or single quotes, a backslash before a quote or a backslash
/// inside. `where` is where the rule is written; the Problem names the part that is wrong too.
Result<ValueRule> parseValueRule(std::string_view text, const std::string& where);

} // namespace flip
