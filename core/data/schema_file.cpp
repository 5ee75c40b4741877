#include "core/data/schema_file.h"

#include "core/base/nearest_name.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <span>
#include <utility>

namespace flip {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> kTopKeys = {"table", "join", "label", "time", "field"};
constexpr std::array<std::string_view, 8> kTableKeys = {"name",  "file",   "format",  "delimiter",
                                                        "quote", "header", "columns", "encoding"};
constexpr std::array<std::string_view, 3> kJoinKeys = {"left", "right", "keep"};
constexpr std::array<std::string_view, 3> kLabelKeys = {"column", "positive", "drop"};
constexpr std::array<std::string_view, 1> kTimeKeys = {"column"};
constexpr std::array<std::string_view, 7> kFieldKeys = {"name", "column",  "flags", "kind",
                                                        "use",  "buckets", "split"};

/// A table of the document, read with Problems that name file and line. Lives as long as the
/// document.
class Section {
public:
    Section(const toml::table& table, std::string name, const std::string& fileName)
        : table_(&table), name_(std::move(name)), fileName_(&fileName) {}

    std::string where() const { return where(*table_); }
    std::string where(const toml::node& node) const { return where(node.source()); }

    /// The line of a key's value; the section's own where the key is missing.
    std::string where(std::string_view key) const {
        const toml::node* const node = table_->get(key);
        return node == nullptr ? where() : where(*node);
    }

    bool has(std::string_view key) const { return table_->contains(key); }

    Result<void> allowOnly(Names known) const {
        for (const auto& [key, node] : *table_) {
            if (std::ranges::find(known, key.str()) == known.end()) {
                return Problem{"the key \"" + std::string(key.str()) + "\"" +
                                   (name_.empty() ? "" : " of " + name_) +
                                   " is not known; did you mean \"" +
                                   nearestName(key.str(), known) + "\"?",
                               where(key.source())};
            }
        }
        return {};
    }

    /// Text that must be there and must not be empty.
    Result<std::string> text(std::string_view key) const {
        auto value = textOr(key, "");
        if (value && value->empty()) {
            return Problem{name_ + " needs " + std::string(key) + " = \"...\"", where(key)};
        }
        return value;
    }

    Result<std::string> textOr(std::string_view key, std::string fallback) const {
        const toml::node* const node = table_->get(key);
        if (node == nullptr) {
            return fallback;
        }
        if (const auto value = node->value_exact<std::string>()) {
            return *value;
        }
        return Problem{std::string(key) + " must be text in quotes", where(*node)};
    }

    Result<bool> flagOr(std::string_view key, bool fallback) const {
        const toml::node* const node = table_->get(key);
        if (node == nullptr) {
            return fallback;
        }
        if (const auto value = node->value_exact<bool>()) {
            return *value;
        }
        return Problem{std::string(key) + " must be true or false", where(*node)};
    }

    /// A list of texts; empty where the key is missing.
    Result<std::vector<std::string>> texts(std::string_view key) const {
        std::vector<std::string> values;
        const toml::node* const node = table_->get(key);
        if (node == nullptr) {
            return values;
        }
        const Problem wrong{std::string(key) + " must be a list of texts, [\"a\", \"b\"]",
                            where(*node)};
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

    /// One of the choices; the first of them where the key is missing.
    Result<std::string> choice(std::string_view key, Names choices) const {
        auto value = textOr(key, std::string(choices.front()));
        if (value && std::ranges::find(choices, *value) == choices.end()) {
            std::string list;
            for (const std::string_view choice : choices) {
                list += (list.empty() ? "" : ", ") + std::string(choice);
            }
            return Problem{std::string(key) + " = \"" + *value + "\" is not known; choose one of " +
                               list,
                           where(key)};
        }
        return value;
    }

    /// "table.column".
    Result<ColumnName> column(std::string_view key) const {
        auto value = text(key);
        if (!value) {
            return value.problem();
        }
        return columnName(*value, where(key));
    }

    static Result<ColumnName> columnName(const std::string& text, const std::string& where) {
        const std::size_t dot = text.find('.');
        if (dot == std::string::npos || dot == 0 || dot + 1 == text.size()) {
            return Problem{"\"" + text + "\" names no column; write \"table.column\"", where};
        }
        return ColumnName{text.substr(0, dot), text.substr(dot + 1), where};
    }

    /// The sections written [[key]].
    Result<std::vector<Section>> sections(const std::string& key) const {
        std::vector<Section> found;
        const toml::node* const node = table_->get(key);
        if (node == nullptr) {
            return found;
        }
        if (!node->is_array() || node->as_array()->empty()) {
            return Problem{"write [[" + key + "]] above each " + key, where(*node)};
        }
        for (const toml::node& element : *node->as_array()) {
            if (!element.is_table()) {
                return Problem{"write [[" + key + "]] above each " + key, where(element)};
            }
            found.emplace_back(*element.as_table(), "[[" + key + "]]", *fileName_);
        }
        return found;
    }

    /// The section written [key], if it is there.
    Result<std::optional<Section>> section(const std::string& key) const {
        const toml::node* const node = table_->get(key);
        if (node == nullptr) {
            return std::optional<Section>();
        }
        if (!node->is_table()) {
            return Problem{"write [" + key + "] above its keys, once", where(*node)};
        }
        return std::optional<Section>(Section(*node->as_table(), "[" + key + "]", *fileName_));
    }

private:
    std::string where(const toml::source_region& region) const {
        return *fileName_ + ":" + std::to_string(region.begin.line);
    }

    const toml::table* table_;
    std::string name_; // as written, for Problems; empty for the document
    const std::string* fileName_;
};

bool endsWithAnyCase(std::string_view text, std::string_view end) {
    return text.size() >= end.size() &&
           std::ranges::equal(text.substr(text.size() - end.size()), end, {}, [](char letter) {
               return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
           });
}

Result<void> refuseUnreadable(const std::string& file, const std::string& where) {
    for (const std::string_view end : {".gz", ".zip", ".bz2", ".xz", ".zst"}) {
        if (endsWithAnyCase(file, end) || file.find(".zip/") != std::string::npos) {
            return Problem{"packed files such as \"" + file +
                               "\" cannot be read yet; unpack it and name the file inside",
                           where};
        }
    }
    return {};
}

Result<void> refuseTwice(const std::vector<std::string>& names, const std::string& what,
                         const std::string& where) {
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second) {
            return Problem{"the " + what + " \"" + name + "\" stands twice; name each once", where};
        }
    }
    return {};
}

Result<TableSchema> readTable(const Section& section) {
    constexpr std::array<std::string_view, 3> kFormats = {"csv", "jsonl", "parquet"};
    constexpr std::array<std::string_view, 2> kEncodings = {"utf-8", "latin-1"};
    if (auto known = section.allowOnly(kTableKeys); !known) {
        return known.problem();
    }
    const auto name = section.text("name");
    const auto file = section.text("file");
    const auto format = section.choice("format", kFormats);
    const auto delimiter = section.textOr("delimiter", ",");
    const auto quote = section.textOr("quote", "\"");
    const auto encoding = section.choice("encoding", kEncodings);
    for (const auto* part : {&name, &file, &format, &delimiter, &quote, &encoding}) {
        if (!*part) {
            return part->problem();
        }
    }
    const auto header = section.flagOr("header", true);
    if (!header) {
        return header.problem();
    }
    auto columns = section.texts("columns");
    if (!columns) {
        return columns.problem();
    }
    if (name->find('.') != std::string::npos) {
        return Problem{"a table's name cannot hold a dot; it ends where the column begins",
                       section.where("name")};
    }
    if (*format != "csv") {
        return Problem{"format = \"" + *format +
                           "\" cannot be read yet; turn the file into csv and name that",
                       section.where("format")};
    }
    if (auto readable = refuseUnreadable(*file, section.where("file")); !readable) {
        return readable.problem();
    }
    if (*header && !columns->empty()) {
        return Problem{
            "columns are for a file without header; add header = false or leave them out",
            section.where("columns")};
    }
    if (!*header && columns->empty()) {
        return Problem{"a file without header needs columns = [\"...\", ...]",
                       section.where("header")};
    }
    if (auto once = refuseTwice(*columns, "column name", section.where("columns")); !once) {
        return once.problem();
    }
    TableSchema table;
    table.name = *name;
    table.file = *file;
    table.format.delimiter = *delimiter;
    table.format.quote = *quote;
    table.format.encoding = *encoding == "utf-8" ? TextEncoding::Utf8 : TextEncoding::Latin1;
    table.header = *header;
    table.columns = std::move(*columns);
    table.where = section.where();
    if (auto sound = checkFormat(table.format, table.where); !sound) {
        return sound.problem();
    }
    return table;
}

Result<JoinSchema> readJoin(const Section& section) {
    constexpr std::array<std::string_view, 2> kKeep = {"matched", "all"};
    if (auto known = section.allowOnly(kJoinKeys); !known) {
        return known.problem();
    }
    const auto left = section.column("left");
    const auto right = section.column("right");
    for (const auto* part : {&left, &right}) {
        if (!*part) {
            return part->problem();
        }
    }
    const auto keep = section.choice("keep", kKeep);
    if (!keep) {
        return keep.problem();
    }
    return JoinSchema{*left, *right, *keep == "all", section.where()};
}

Result<LabelSchema> readLabel(const Section& section) {
    if (auto known = section.allowOnly(kLabelKeys); !known) {
        return known.problem();
    }
    const auto column = section.column("column");
    if (!column) {
        return column.problem();
    }
    const auto positiveText = section.text("positive");
    const auto dropText = section.textOr("drop", "");
    for (const auto* part : {&positiveText, &dropText}) {
        if (!*part) {
            return part->problem();
        }
    }
    const auto positive = parseNumberRule(*positiveText, section.where("positive"));
    if (!positive) {
        return positive.problem();
    }
    LabelSchema label{*column, *positive, std::nullopt};
    if (!dropText->empty()) {
        const auto drop = parseNumberRule(*dropText, section.where("drop"));
        if (!drop) {
            return drop.problem();
        }
        label.drop = *drop;
    }
    return label;
}

Result<ColumnName> readTime(const Section& section) {
    if (auto known = section.allowOnly(kTimeKeys); !known) {
        return known.problem();
    }
    return section.column("column");
}

Result<std::vector<ColumnName>> readFieldColumns(const Section& section, const std::string& name) {
    const auto flags = section.texts("flags");
    if (!flags) {
        return flags.problem();
    }
    if (section.has("flags") == section.has("column") || (section.has("flags") && flags->empty())) {
        return Problem{"the field \"" + name +
                           "\" needs column = \"table.column\" or flags = [\"table.column\", ...]",
                       section.where()};
    }
    if (section.has("column")) {
        const auto column = section.column("column");
        if (!column) {
            return column.problem();
        }
        return std::vector<ColumnName>{*column};
    }
    if (auto once = refuseTwice(*flags, "flag", section.where("flags")); !once) {
        return once.problem();
    }
    std::vector<ColumnName> columns;
    for (const std::string& flag : *flags) {
        auto column = Section::columnName(flag, section.where("flags"));
        if (!column) {
            return column.problem();
        }
        if (!columns.empty() && column->table != columns.front().table) {
            return Problem{"the flags of one field must be columns of one table",
                           section.where("flags")};
        }
        columns.push_back(std::move(*column));
    }
    return columns;
}

Result<FieldSchema> readField(const Section& section) {
    constexpr std::array<std::string_view, 3> kKinds = {"category", "multi", "number"};
    constexpr std::array<std::string_view, 3> kUses = {"both", "id", "text"};
    if (auto known = section.allowOnly(kFieldKeys); !known) {
        return known.problem();
    }
    const auto name = section.text("name");
    const auto kind = section.choice("kind", kKinds);
    const auto use = section.choice("use", kUses);
    for (const auto* part : {&name, &kind, &use}) {
        if (!*part) {
            return part->problem();
        }
    }
    if (name->find_first_of("{}\r\n") != std::string::npos) {
        return Problem{"a field's name cannot hold braces or line breaks; templates write {name}",
                       section.where("name")};
    }
    if (*kind != "category") {
        return Problem{"kind = \"" + *kind +
                           "\" cannot be imported yet; use kind = \"category\" for this field",
                       section.where("kind")};
    }
    for (const std::string_view key : {"split", "buckets"}) {
        if (section.has(key)) {
            return Problem{std::string(key) + " does not belong to kind = \"category\"; remove it",
                           section.where(key)};
        }
    }
    auto columns = readFieldColumns(section, *name);
    if (!columns) {
        return columns.problem();
    }
    FieldSchema field;
    field.name = *name;
    field.columns = std::move(*columns);
    field.flags = section.has("flags");
    field.use = *use == "both" ? FieldUse::Both : *use == "id" ? FieldUse::Id : FieldUse::Text;
    field.where = section.where();
    return field;
}

/// Reads every [[key]] with `read` into `target`.
template <class T>
Result<void> readAll(const Section& document, const std::string& key,
                     Result<T> (*read)(const Section&), std::vector<T>& target) {
    const auto sections = document.sections(key);
    if (!sections) {
        return sections.problem();
    }
    for (const Section& section : *sections) {
        auto item = read(section);
        if (!item) {
            return item.problem();
        }
        target.push_back(std::move(*item));
    }
    return {};
}

Result<Schema> readSchema(const Section& document) {
    if (auto known = document.allowOnly(kTopKeys); !known) {
        return known.problem();
    }
    Schema schema;
    for (const auto& done : {readAll(document, "table", readTable, schema.tables),
                             readAll(document, "join", readJoin, schema.joins),
                             readAll(document, "field", readField, schema.fields)}) {
        if (!done) {
            return done.problem();
        }
    }
    const auto label = document.section("label");
    const auto time = document.section("time");
    for (const auto* part : {&label, &time}) {
        if (!*part) {
            return part->problem();
        }
    }
    if (schema.tables.empty() || !label->has_value() || schema.fields.empty()) {
        return Problem{"a schema needs at least one [[table]], one [[field]] and a [label]",
                       document.where()};
    }
    auto labelSchema = readLabel(**label);
    if (!labelSchema) {
        return labelSchema.problem();
    }
    schema.label = std::move(*labelSchema);
    if (time->has_value()) {
        auto timeColumn = readTime(**time);
        if (!timeColumn) {
            return timeColumn.problem();
        }
        schema.time = std::move(*timeColumn);
    }
    return schema;
}

/// The names the schema's parts give each other: every table known, named once, joined once,
/// after the one it hangs on.
Result<void> checkNames(const Schema& schema) {
    std::set<std::string_view> tables;
    for (const TableSchema& table : schema.tables) {
        if (!tables.insert(table.name).second) {
            return Problem{"the table \"" + table.name + "\" stands twice; name each once",
                           table.where};
        }
    }
    std::set<std::string_view> fields;
    for (const FieldSchema& field : schema.fields) {
        if (!fields.insert(field.name).second) {
            return Problem{"the field \"" + field.name + "\" stands twice; name each once",
                           field.where};
        }
    }
    const auto checkTable = [&](const ColumnName& column) -> Result<void> {
        if (tables.contains(column.table)) {
            return {};
        }
        const std::vector<std::string_view> known(tables.begin(), tables.end());
        return Problem{"there is no table \"" + column.table + "\"; did you mean \"" +
                           nearestName(column.table, known) + "\"?",
                       column.where};
    };
    std::vector<const ColumnName*> columns = {&schema.label.column};
    if (schema.time) {
        columns.push_back(&*schema.time);
    }
    for (const FieldSchema& field : schema.fields) {
        columns.push_back(&field.columns.front());
    }
    std::set<std::string_view> reached = {schema.tables.front().name};
    for (const JoinSchema& join : schema.joins) {
        for (const ColumnName* column : {&join.left, &join.right}) {
            if (auto known = checkTable(*column); !known) {
                return known;
            }
        }
        if (!reached.contains(join.left.table)) {
            return Problem{"the table \"" + join.left.table +
                               "\" is not joined yet; put its own [[join]] before this one",
                           join.left.where};
        }
        if (!reached.insert(join.right.table).second) {
            return Problem{"the table \"" + join.right.table +
                               "\" is joined already; join each once, never the first one",
                           join.right.where};
        }
    }
    for (const TableSchema& table : schema.tables) {
        if (!reached.contains(table.name)) {
            return Problem{"the table \"" + table.name + "\" is not joined; add a [[join]] with " +
                               "right = \"" + table.name + ".its key\"",
                           table.where};
        }
    }
    for (const ColumnName* column : columns) {
        if (auto known = checkTable(*column); !known) {
            return known;
        }
    }
    return {};
}

} // namespace

int Schema::findTable(std::string_view name) const {
    const auto found = std::ranges::find(tables, name, &TableSchema::name);
    return found == tables.end() ? -1 : static_cast<int>(found - tables.begin());
}

Result<Schema> parseSchema(std::string_view toml, const std::string& fileName) {
    toml::table document;
    try {
        document = toml::parse(toml, fileName);
    } catch (const toml::parse_error& error) {
        return Problem{std::string(error.description()),
                       fileName + ":" + std::to_string(error.source().begin.line)};
    }
    auto schema = readSchema(Section(document, "", fileName));
    if (!schema) {
        return schema;
    }
    if (auto sound = checkNames(*schema); !sound) {
        return sound.problem();
    }
    return schema;
}

} // namespace flip
