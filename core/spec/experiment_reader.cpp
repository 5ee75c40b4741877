#include "core/base/nearest_name.h"
#include "core/base/trimmed.h"
#include "core/spec/option_check.h"
#include "core/spec/options.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace flip {

namespace {

/// A node in words, for messages about a value of the wrong type.
std::string inWords(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list of mixed or nested values";
    case toml::node_type::boolean:
        return node.ref<bool>() ? "true" : "false";
    default:
        return "a date or time";
    }
}

template <class T>
std::vector<T> elements(const toml::array& array) {
    std::vector<T> values;
    values.reserve(array.size());
    for (const toml::node& node : array) {
        values.push_back(node.ref<T>());
    }
    return values;
}

/// The value of a node, if options have values of its type.
std::optional<OptionValue> valueOf(const toml::node& node) {
    if (const auto* integer = node.as_integer()) {
        return OptionValue(integer->get());
    }
    if (const auto* real = node.as_floating_point()) {
        return OptionValue(real->get());
    }
    if (const auto* text = node.as_string()) {
        return OptionValue(text->get());
    }
    if (const auto* array = node.as_array()) {
        if (array->empty()) {
            return OptionValue(std::vector<std::string>{});
        }
        if (array->is_homogeneous(toml::node_type::integer)) {
            return OptionValue(elements<std::int64_t>(*array));
        }
        if (array->is_homogeneous(toml::node_type::string)) {
            return OptionValue(elements<std::string>(*array));
        }
    }
    return std::nullopt;
}

Result<OptionValue> typedValue(const Option& option, const toml::node& node,
                               const std::string& where) {
    const auto value = valueOf(node);
    if (!value) {
        return Problem{
            fmt::format("{} is {}; write {}", option.key, inWords(node), allowedValues(option)),
            where};
    }
    return withOptionType(option, *value, where);
}

std::vector<std::string_view> tableNames() {
    std::vector<std::string_view> names;
    for (const Option& option : options()) {
        const auto dot = option.key.find('.');
        if (dot != std::string::npos) {
            const std::string_view name = std::string_view(option.key).substr(0, dot);
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

/// Reads the values of a parsed file, or the Problem of the earliest line.
class ExperimentReader {
public:
    ExperimentReader(std::string fileName, bool ignoreUnknown)
        : fileName_(std::move(fileName)), ignoreUnknown_(ignoreUnknown) {}

    Result<RunDraft> read(const toml::table& root) {
        const std::vector<std::string_view> tables = tableNames();
        for (const auto& [key, node] : root) {
            const std::string name(key.str());
            const auto line = key.source().begin.line;
            if (std::find(tables.begin(), tables.end(), name) != tables.end()) {
                if (const auto* table = node.as_table()) {
                    readTable(name, *table);
                } else {
                    fail(line, fmt::format("{} is a table; write [{}] and its keys below it", name,
                                           name));
                }
            } else if (findOption(name) == nullptr && node.is_table() && !ignoreUnknown_) {
                fail(line, fmt::format("unknown table '{}'; did you mean '{}'?", name,
                                       nearestName(name, tables)));
            } else {
                readValue(name, node, line);
            }
        }
        if (problem_) {
            return *problem_;
        }
        return std::move(draft_);
    }

private:
    void readTable(const std::string& name, const toml::table& table) {
        for (const auto& [key, node] : table) {
            readValue(fmt::format("{}.{}", name, key.str()), node, key.source().begin.line);
        }
    }

    void readValue(const std::string& key, const toml::node& node, std::size_t line) {
        const Option* option = findOption(key);
        if (option == nullptr && ignoreUnknown_) {
            return;
        }
        if (option == nullptr) {
            fail(line, fmt::format("unknown key '{}'; did you mean '{}'?", key, nearestKey(key)));
            return;
        }
        const std::string where = at(line);
        auto value = typedValue(*option, node, where);
        if (!value) {
            fail(line, value.problem().what);
            return;
        }
        draft_.set(key, std::move(*value), where);
    }

    std::string at(std::size_t line) const { return fmt::format("{}:{}", fileName_, line); }

    void fail(std::size_t line, const std::string& what) {
        if (line < problemLine_) {
            problemLine_ = line;
            problem_ = Problem{what, at(line)};
        }
    }

    const std::string fileName_;
    const bool ignoreUnknown_;
    RunDraft draft_;
    std::optional<Problem> problem_;
    std::size_t problemLine_ = std::numeric_limits<std::size_t>::max();
};

Result<RunDraft> readToml(const std::string& toml, const std::string& fileName,
                          bool ignoreUnknown) {
    try {
        return ExperimentReader(fileName, ignoreUnknown).read(toml::parse(toml));
    } catch (const toml::parse_error& error) {
        return Problem{fmt::format("is not TOML: {}; fix this line", error.description()),
                       fmt::format("{}:{}", fileName, error.source().begin.line)};
    }
}

bool startsQuoted(std::string_view text) {
    return !text.empty() && (text.front() == '"' || text.front() == '\'');
}

/// A list in TOML. Brackets may be missing; with `quoteWords`, plain words are quoted.
std::string listText(std::string_view text, bool quoteWords) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    if (!quoteWords) {
        return fmt::format("[{}]", text);
    }
    std::string list = "[";
    while (!trimmed(text).empty()) {
        const auto comma = text.find(',');
        const std::string_view word = trimmed(text.substr(0, comma));
        list += startsQuoted(word) ? std::string(word) : formatValue(std::string(word));
        list += ", ";
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return list + "]";
}

} // namespace

Result<RunDraft> readExperiment(const std::string& toml, const std::string& fileName) {
    return readToml(toml, fileName, /*ignoreUnknown=*/false);
}

Result<RunDraft> readKnownOptions(const std::string& toml, const std::string& name) {
    return readToml(toml, name, /*ignoreUnknown=*/true);
}

Result<void> applyAssignment(RunDraft& draft, std::string_view assignment) {
    const std::string where = "--set";
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos) {
        return Problem{fmt::format("'{}' has no value; write key=value", assignment), where};
    }
    const std::string key(trimmed(assignment.substr(0, equals)));
    const std::string text(trimmed(assignment.substr(equals + 1)));
    const Option* option = findOption(key);
    if (option == nullptr) {
        return Problem{fmt::format("unknown key '{}'; did you mean '{}'?", key, nearestKey(key)),
                       where};
    }
    std::string written = text;
    if (option->type == OptionType::Text || option->type == OptionType::Choice) {
        if (!startsQuoted(text)) {
            draft.set(key, text, where);
            return {};
        }
    } else if (option->type == OptionType::IntegerList || option->type == OptionType::ChoiceList) {
        written = listText(text, /*quoteWords=*/option->type == OptionType::ChoiceList);
    }
    try {
        const toml::table parsed = toml::parse("value = " + written);
        const toml::node* node = parsed.get("value");
        if (parsed.size() == 1 && node != nullptr) {
            auto value = typedValue(*option, *node, where);
            if (!value) {
                return value.problem();
            }
            draft.set(key, std::move(*value), where);
            return {};
        }
    } catch (const toml::parse_error&) {
        // Falls through: the message is the same for all parse errors.
    }
    if (startsQuoted(text)) {
        return Problem{
            fmt::format("{} is not quoted correctly; close the quote, or omit the quotes", key),
            where};
    }
    return Problem{
        fmt::format("{} is {}; write {}", key, formatValue(text), allowedValues(*option)), where};
}

} // namespace flip
