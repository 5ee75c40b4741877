#include "core/data/import/toml_section.h"

#include "core/base/nearest_name.h"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace flip {

namespace {

std::string listed(TomlSection::Names names) {
    std::string list;
    for (const std::string_view name : names) {
        list += (list.empty() ? "" : ", ") + std::string(name);
    }
    return list;
}

} // namespace

struct TomlSection::Table {
    std::shared_ptr<const toml::table> document;
    const toml::table* table; // of the document
    std::string name;         // as written, for Problems; empty for the document
    std::string fileName;

    const toml::node* get(std::string_view key) const { return table->get(key); }

    std::string where(const toml::source_region& region) const {
        return fileName + ":" + std::to_string(region.begin.line);
    }
    std::string where(const toml::node& node) const { return where(node.source()); }

    std::shared_ptr<const Table> below(const toml::table& part, std::string partName) const {
        return std::make_shared<const Table>(Table{document, &part, std::move(partName), fileName});
    }
};

Result<TomlSection> TomlSection::parse(std::string_view toml, const std::string& fileName) {
    try {
        auto document = std::make_shared<const toml::table>(toml::parse(toml, fileName));
        const toml::table* const table = document.get();
        return TomlSection(
            std::make_shared<const Table>(Table{std::move(document), table, "", fileName}));
    } catch (const toml::parse_error& error) {
        return Problem{std::string(error.description()),
                       fileName + ":" + std::to_string(error.source().begin.line)};
    }
}

std::string TomlSection::where() const {
    return table_->where(*table_->table);
}

std::string TomlSection::where(std::string_view key) const {
    const toml::node* const node = table_->get(key);
    return node == nullptr ? where() : table_->where(*node);
}

bool TomlSection::has(std::string_view key) const {
    return table_->get(key) != nullptr;
}

bool TomlSection::isText(std::string_view key) const {
    const toml::node* const node = table_->get(key);
    return node != nullptr && node->is_string();
}

Result<void> TomlSection::allowOnly(Names known) const {
    for (const auto& [key, node] : *table_->table) {
        if (std::ranges::find(known, key.str()) == known.end()) {
            return Problem{"the key \"" + std::string(key.str()) + "\"" +
                               (table_->name.empty() ? "" : " of " + table_->name) +
                               " is not known; did you mean \"" + nearestName(key.str(), known) +
                               "\"?",
                           table_->where(key.source())};
        }
    }
    return {};
}

Result<std::string> TomlSection::text(std::string_view key) const {
    auto value = textOr(key, "");
    if (value && value->empty()) {
        return Problem{table_->name + " needs " + std::string(key) + " = \"...\"", where(key)};
    }
    return value;
}

Result<std::string> TomlSection::textOr(std::string_view key, std::string fallback) const {
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return fallback;
    }
    if (const auto value = node->value_exact<std::string>()) {
        return *value;
    }
    return Problem{std::string(key) + " must be text in quotes", where(key)};
}

Result<bool> TomlSection::flagOr(std::string_view key, bool fallback) const {
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return fallback;
    }
    if (const auto value = node->value_exact<bool>()) {
        return *value;
    }
    return Problem{std::string(key) + " must be true or false", where(key)};
}

Result<std::int64_t> TomlSection::wholeOr(std::string_view key, std::int64_t fallback,
                                          std::int64_t least, std::int64_t most) const {
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return fallback;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) {
        return *value;
    }
    return Problem{std::string(key) + " must be a whole number from " + std::to_string(least) +
                       " to " + std::to_string(most),
                   where(key)};
}

Result<std::vector<std::string>> TomlSection::texts(std::string_view key) const {
    std::vector<std::string> values;
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return values;
    }
    const Problem wrong{std::string(key) + " must be a list of texts, [\"a\", \"b\"]", where(key)};
    if (!node->is_array()) {
        return wrong;
    }
    for (const toml::node& element : *node->as_array()) {
        const auto value = element.value_exact<std::string>();
        if (!value || value->empty()) {
            return wrong;
        }
        values.push_back(*value);
    }
    return values;
}

Result<std::vector<std::string>> TomlSection::textOrTexts(std::string_view key) const {
    const toml::node* const node = table_->get(key);
    if (node == nullptr || node->is_string()) {
        auto one = text(key);
        if (!one) {
            return one.problem();
        }
        return std::vector<std::string>{std::move(*one)};
    }
    if (!node->is_array()) {
        return Problem{std::string(key) + " must be text in quotes", where(key)};
    }
    auto values = texts(key);
    if (values && values->empty()) {
        return Problem{std::string(key) + " is an empty list; name at least one", where(key)};
    }
    return values;
}

Result<std::string> TomlSection::choice(std::string_view key, Names choices) const {
    auto value = textOr(key, std::string(choices.front()));
    if (value && std::ranges::find(choices, *value) == choices.end()) {
        return Problem{std::string(key) + " = \"" + *value + "\" is not known; choose one of " +
                           listed(choices),
                       where(key)};
    }
    return value;
}

Result<std::vector<TomlSection>> TomlSection::sections(const std::string& key) const {
    std::vector<TomlSection> found;
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return found;
    }
    const std::string what = "write [[" + key + "]] above each " + key;
    if (!node->is_array() || node->as_array()->empty()) {
        return Problem{what, where(key)};
    }
    for (const toml::node& element : *node->as_array()) {
        if (!element.is_table()) {
            return Problem{what, table_->where(element)};
        }
        found.push_back(TomlSection(table_->below(*element.as_table(), "[[" + key + "]]")));
    }
    return found;
}

Result<std::optional<TomlSection>> TomlSection::section(const std::string& key) const {
    const toml::node* const node = table_->get(key);
    if (node == nullptr) {
        return std::optional<TomlSection>();
    }
    if (!node->is_table()) {
        return Problem{"write [" + key + "] above its keys, once", where(key)};
    }
    return std::optional<TomlSection>(
        TomlSection(table_->below(*node->as_table(), "[" + key + "]")));
}

} // namespace flip
