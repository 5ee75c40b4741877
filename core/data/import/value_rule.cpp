#include "core/data/import/value_rule.h"

#include "core/base/text_encoding.h"
#include "core/base/trimmed.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr std::string_view kBlanks = " \t";

struct Operator {
    std::string_view text;
    ValueRule::Comparison comparison;
};

// Longer operators first, so that ">=" is not read as ">".
constexpr std::array<Operator, 6> kOperators = {{
    {"<=", ValueRule::Comparison::LessOrEqual},
    {">=", ValueRule::Comparison::GreaterOrEqual},
    {"==", ValueRule::Comparison::Equal},
    {"!=", ValueRule::Comparison::NotEqual},
    {"<", ValueRule::Comparison::Less},
    {">", ValueRule::Comparison::Greater},
}};

/// Parses a rule from its beginning; `rest_` is what is not parsed yet.
class RuleReader {
public:
    explicit RuleReader(std::string_view text) : rest_(trimmed(text, kBlanks)) {}

    /// The rule, or the part of it that is wrong.
    Result<ValueRule> read() {
        ValueRule rule;
        if (takeWord("not in")) {
            rule.comparison = ValueRule::Comparison::NotEqual;
            return readList(rule);
        }
        if (takeWord("in")) {
            return readList(rule);
        }
        const auto found = std::ranges::find_if(
            kOperators, [&](const Operator& one) { return rest_.starts_with(one.text); });
        if (found == kOperators.end()) {
            return wrong("no comparison");
        }
        rule.comparison = found->comparison;
        rest_ = trimmed(rest_.substr(found->text.size()), kBlanks);
        if (!atText()) {
            const auto number = parseNumber(rest_);
            if (!number) {
                return wrong("neither a number nor a text in quotes");
            }
            rule.numbers.push_back(*number);
            return rule;
        }
        if (rule.comparison != ValueRule::Comparison::Equal &&
            rule.comparison != ValueRule::Comparison::NotEqual) {
            return wrong("a text, which only == and != can compare");
        }
        if (auto taken = takeText(rule); !taken) {
            return taken.problem();
        }
        return rest_.empty() ? Result(rule) : wrong("something after the text");
    }

private:
    Problem wrong(const std::string& what) const { return {what + " at " + quotedText(rest_), ""}; }

    bool atText() const { return rest_.starts_with('"') || rest_.starts_with('\''); }

    bool takeWord(std::string_view word) {
        const std::string_view behind =
            trimmed(rest_.substr(std::min(word.size(), rest_.size())), kBlanks);
        if (!rest_.starts_with(word) || !behind.starts_with('[')) {
            return false;
        }
        rest_ = behind;
        return true;
    }

    Result<void> takeText(ValueRule& rule) {
        const char quote = rest_.front();
        std::string text;
        for (std::size_t at = 1; at < rest_.size(); ++at) {
            if (rest_[at] == quote) {
                rule.texts.push_back(std::move(text));
                rest_ = trimmed(rest_.substr(at + 1), kBlanks);
                return {};
            }
            const bool escaped = rest_[at] == '\\' && at + 1 < rest_.size() &&
                                 (rest_[at + 1] == quote || rest_[at + 1] == '\\');
            at += escaped ? 1 : 0;
            text += rest_[at];
        }
        return wrong("a quote that is not closed");
    }

    Result<void> takeNumber(ValueRule& rule) {
        const std::size_t end = std::min(rest_.find_first_of(",]"), rest_.size());
        const auto number = parseNumber(rest_.substr(0, end));
        if (!number) {
            return wrong("neither a number nor a text in quotes");
        }
        rule.numbers.push_back(*number);
        rest_ = rest_.substr(end);
        return {};
    }

    /// Parses a list, beginning at its "[".
    Result<ValueRule> readList(ValueRule& rule) {
        do {
            rest_ = trimmed(rest_.substr(1), kBlanks); // "[" or ","
            if (auto taken = atText() ? takeText(rule) : takeNumber(rule); !taken) {
                return taken.problem();
            }
            if (!rule.texts.empty() && !rule.numbers.empty()) {
                return wrong("a mix of numbers and texts");
            }
        } while (rest_.starts_with(','));
        if (!rest_.starts_with(']')) {
            return wrong("no ] or comma");
        }
        rest_ = rest_.substr(1);
        return rest_.empty() ? Result(rule) : wrong("something after the list");
    }

    std::string_view rest_;
};

} // namespace

std::optional<double> parseNumber(std::string_view text) {
    text = trimmed(text, kBlanks);
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

bool ValueRule::holds(double value) const {
    const double number = numbers.front();
    switch (comparison) {
    case Comparison::Less:
        return value < number;
    case Comparison::LessOrEqual:
        return value <= number;
    case Comparison::Equal:
        return std::ranges::find(numbers, value) != numbers.end();
    case Comparison::NotEqual:
        return std::ranges::find(numbers, value) == numbers.end();
    case Comparison::GreaterOrEqual:
        return value >= number;
    case Comparison::Greater:
        return value > number;
    }
    return false;
}

bool ValueRule::holds(std::string_view value) const {
    const bool found = std::ranges::find(texts, value) != texts.end();
    return found == (comparison == Comparison::Equal);
}

Result<ValueRule> parseValueRule(std::string_view text, const std::string& where) {
    auto rule = RuleReader(text).read();
    if (!rule) {
        return Problem{quotedText(text) + " is not a rule: there is " + rule.problem().what +
                           "; write one of < <= == != >= > and a number, such as \">= 6\", or "
                           "== \"yes\" or in [\"click\", \"buy\"]",
                       where};
    }
    return rule;
}

} // namespace flip
