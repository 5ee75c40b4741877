#include "core/spec/options.h"

#include "core/base/nearest_name.h"
#include "core/spec/option_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <unordered_map>
#include <utility>

namespace flip {

namespace {

/// The table part of a key: "pretrain" of "pretrain.epochs", "" of "seed".
std::string_view tableOf(std::string_view key) {
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

std::string_view nameOf(std::string_view key) {
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

/// Shortest decimal that reads back as the same double, always recognisable as a real.
std::string formatReal(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    std::string text(buffer.data(), end);
    const auto exponent = text.find('e');
    if (exponent == std::string::npos) {
        return text.find('.') == std::string::npos ? text + ".0" : text;
    }
    // to_chars writes 1e-04 and 1e+22; people write 1e-4 and 1e22.
    const bool negative = text[exponent + 1] == '-';
    const auto digits = text.find_first_not_of('0', exponent + 2);
    return text.substr(0, exponent) + (negative ? "e-" : "e") + text.substr(digits);
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
        case '"':
            result += "\\\"";
            break;
        case '\\':
            result += "\\\\";
            break;
        case '\n':
            result += "\\n";
            break;
        case '\t':
            result += "\\t";
            break;
        default:
            if (byte < 0x20 || byte == 0x7F) {
                result += fmt::format("\\u{:04X}", static_cast<unsigned>(byte));
            } else {
                result += c;
            }
        }
    }
    return result + "\"";
}

/// Appends the text as comment lines of at most a hundred characters.
void appendComment(std::string& toml, std::string_view words) {
    constexpr std::size_t kLongest = 100;
    std::string line = "#";
    std::size_t begin = 0;
    while (begin < words.size()) {
        const auto end = std::min(words.find(' ', begin), words.size());
        const std::string_view word = words.substr(begin, end - begin);
        if (line.size() + 1 + word.size() > kLongest) {
            toml += line + "\n";
            line = "#";
        }
        line += " " + std::string(word);
        begin = end + 1;
    }
    toml += line + "\n";
}

} // namespace

const char* groupTitle(OptionGroup group) {
    switch (group) {
    case OptionGroup::Run:
        return "Run";
    case OptionGroup::Data:
        return "Data";
    case OptionGroup::Text:
        return "Text and language model";
    case OptionGroup::Ids:
        return "Ids";
    case OptionGroup::Pretraining:
        return "Pretraining";
    case OptionGroup::Finetuning:
        return "Finetuning";
    }
    return "";
}

const OptionValue& Option::defaultFor(RecipeKind recipe) const {
    return publishedDefault && recipe == RecipeKind::Published ? *publishedDefault : defaultValue;
}

const Option* findOption(std::string_view key) {
    static const std::unordered_map<std::string_view, const Option*> byKey = [] {
        std::unordered_map<std::string_view, const Option*> index;
        for (const Option& option : options()) {
            index.emplace(option.key, &option);
        }
        return index;
    }();
    const auto found = byKey.find(key);
    return found == byKey.end() ? nullptr : found->second;
}

std::string nearestKey(std::string_view key) {
    // A correct name in the wrong table counts as nearer than any other key.
    std::vector<std::string_view> keys;
    std::vector<std::string_view> sameName;
    for (const Option& option : options()) {
        keys.push_back(option.key);
        if (nameOf(option.key) == nameOf(key)) {
            sameName.push_back(option.key);
        }
    }
    return nearestName(key, sameName.empty() ? keys : sameName);
}

void RunDraft::set(const std::string& key, OptionValue value, std::string where) {
    entries.insert_or_assign(key, Entry{std::move(value), std::move(where)});
}

Result<RunSpec> resolve(const RunDraft& draft) {
    for (const auto& [key, entry] : draft.entries) {
        if (findOption(key) == nullptr) {
            return Problem{
                fmt::format("unknown key '{}'; did you mean '{}'?", key, nearestKey(key)),
                entry.where};
        }
    }
    RunSpec spec{};
    auto recipe = RecipeKind::Default;
    const auto fill = [&](const Option& option) -> Result<void> {
        const auto entry = draft.entries.find(option.key);
        if (entry == draft.entries.end()) {
            option.set(spec, option.defaultFor(recipe));
            return {};
        }
        const std::string& where = entry->second.where;
        const auto value = withOptionType(option, entry->second.value, where);
        if (!value) {
            return value.problem();
        }
        if (auto inRange = checkRange(option, *value, where); !inRange) {
            return inRange;
        }
        option.set(spec, *value);
        return {};
    };
    // The recipe comes first: it decides the defaults of all unset options.
    if (auto filled = fill(*findOption("recipe")); !filled) {
        return filled.problem();
    }
    recipe = spec.recipe;
    for (const Option& option : options()) {
        if (auto filled = fill(option); !filled) {
            return filled.problem();
        }
    }
    if (spec.data.dataset.empty()) {
        const auto entry = draft.entries.find("data.dataset");
        const std::string where = entry == draft.entries.end() ? "" : entry->second.where;
        return Problem{"no dataset is named; add dataset = \"NAME\" under [data]",
                       where.empty() ? "data.dataset" : where};
    }
    return spec;
}

bool groupIsRead(OptionGroup group, RunKind kind, Branches branches) {
    switch (group) {
    case OptionGroup::Pretraining:
        return kind != RunKind::Finetune;
    case OptionGroup::Finetuning:
        return kind != RunKind::Pretrain;
    case OptionGroup::Ids:
        return kind != RunKind::Finetune || branches != Branches::Text;
    case OptionGroup::Text:
        return kind != RunKind::Finetune || branches != Branches::Id;
    case OptionGroup::Run:
    case OptionGroup::Data:
        return true;
    }
    return true;
}

bool optionIsRead(const Option& option, RunKind kind, Branches branches, BackboneKind backbone) {
    const auto isAmong = [](const auto& readers, auto one) {
        return readers.empty() || std::ranges::find(readers, one) != readers.end();
    };
    return groupIsRead(option.group, kind, branches) && isAmong(option.branches, branches) &&
           isAmong(option.backbones, backbone);
}

bool optionIsRead(const Option& option, const RunSpec& spec) {
    return optionIsRead(option, spec.kind, spec.finetune.branches, spec.id.backbone);
}

RunSpec comparableRecipe(const RunSpec& spec) {
    RunSpec plain = spec;
    for (const Option& option : options()) {
        if (option.outsideRecipe || !optionIsRead(option, spec)) {
            option.set(plain, option.defaultValue);
        }
    }
    return plain;
}

std::string toToml(const RunSpec& spec) {
    std::string toml;
    std::string_view table;
    for (const Option& option : options()) {
        if (tableOf(option.key) != table) {
            table = tableOf(option.key);
            toml += fmt::format("\n[{}]\n", table);
        }
        toml += fmt::format("{} = {}\n", nameOf(option.key), formatValue(option.get(spec)));
    }
    return toml;
}

std::vector<SpecDifference> differences(const RunSpec& left, const RunSpec& right) {
    std::vector<SpecDifference> result;
    for (const Option& option : options()) {
        const OptionValue a = option.get(left);
        const OptionValue b = option.get(right);
        if (a != b) {
            result.push_back({option.key, formatValue(a), formatValue(b)});
        }
    }
    return result;
}

std::string formatValue(const OptionValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return fmt::format("{}", *integer);
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return formatReal(*real);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return quoted(*text);
    }
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
        return fmt::format("[{}]", fmt::join(*numbers, ", "));
    }
    std::vector<std::string> words = std::get<std::vector<std::string>>(value);
    std::transform(words.begin(), words.end(), words.begin(), quoted);
    return fmt::format("[{}]", fmt::join(words, ", "));
}

std::string optionsAsToml() {
    std::string toml = "# Every option of an experiment file and its default.\n";
    std::string_view table;
    for (const Option& option : options()) {
        if (tableOf(option.key) != table) {
            table = tableOf(option.key);
            toml += fmt::format("\n[{}]\n", table);
        }
        std::string words = option.help + " Takes " + allowedValues(option);
        words += option.unit.empty() ? "." : " (" + option.unit + ").";
        if (!option.branches.empty()) {
            words += fmt::format(" Branches {}.", fmt::join(wordsOf(option.branches), ", "));
        }
        if (!option.backbones.empty()) {
            words += fmt::format(" Backbones {}.", fmt::join(wordsOf(option.backbones), ", "));
        }
        if (option.publishedDefault) {
            words += " Recipe published: " + formatValue(*option.publishedDefault) + ".";
        }
        toml += "\n";
        appendComment(toml, words);
        toml += fmt::format("#{} = {}\n", nameOf(option.key), formatValue(option.defaultValue));
    }
    return toml;
}

} // namespace flip
