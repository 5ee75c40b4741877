#include "core/data/import/schema_file.h"

#include "core/data/import/schema_names.h"
#include "core/data/import/toml_section.h"
#include "core/data/records/parquet_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace flip {

namespace {

constexpr std::array<std::string_view, 5> kTopKeys = {"table", "join", "label", "time", "field"};
constexpr std::array<std::string_view, 11> kTableKeys = {
    "name",   "file",   "any_file", "format",   "delimiter",     "quote",
    "escape", "header", "columns",  "encoding", "list_separator"};
constexpr std::array<std::string_view, 5> kJoinKeys = {"left", "right", "keep", "collect",
                                                       "optional"};
constexpr std::array<std::string_view, 3> kLabelKeys = {"column", "positive", "drop"};
constexpr std::array<std::string_view, 1> kTimeKeys = {"column"};
constexpr std::array<std::string_view, 9> kFieldKeys = {
    "name", "column", "flags", "kind", "use", "buckets", "split", "optional", "shares"};

Result<ColumnName> columnName(const std::string& text, const std::string& where) {
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == text.size()) {
        return Problem{"\"" + text + "\" is not a column; write \"table.column\"", where};
    }
    return ColumnName{text.substr(0, dot), text.substr(dot + 1), where, {}};
}

Result<void> refuseDuplicates(const std::vector<std::string>& names, const std::string& what,
                              const std::string& where) {
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second) {
            return Problem{"the " + what + " \"" + name + "\" appears twice; name each once",
                           where};
        }
    }
    return {};
}

/// Reads "table.column", or a list of its spellings.
Result<ColumnName> readColumn(const TomlSection& section, std::string_view key) {
    const auto spellings = section.textOrTexts(key);
    if (!spellings) {
        return spellings.problem();
    }
    const std::string where = section.where(key);
    if (auto once = refuseDuplicates(*spellings, "column", where); !once) {
        return once.problem();
    }
    auto column = columnName(spellings->front(), where);
    for (std::size_t i = 1; column && i < spellings->size(); ++i) {
        auto other = columnName((*spellings)[i], where);
        if (!other) {
            return other;
        }
        if (other->table != column->table) {
            return Problem{"all spellings of a column must be in the same table", where};
        }
        column->otherSpellings.push_back(std::move(other->column));
    }
    return column;
}

/// Reads whether the first line is a header, and otherwise the names of the columns.
Result<void> readHeader(const TomlSection& section, TableSchema& table) {
    if (section.isText("header")) {
        const auto typed = section.textOr("header", "");
        if (!typed || *typed != "typed") {
            return Problem{"header must be true or false, or \"typed\" for names like "
                           "\"rating:float\"",
                           section.where("header")};
        }
        table.typedHeader = true;
    } else {
        const auto header = section.flagOr("header", true);
        if (!header) {
            return header.problem();
        }
        table.header = *header;
    }
    auto columns = section.texts("columns");
    if (!columns) {
        return columns.problem();
    }
    if (table.header && !columns->empty()) {
        return Problem{
            "columns are for a file without header; add header = false or leave them out",
            section.where("columns")};
    }
    if (!table.header && columns->empty()) {
        return Problem{"a file without header needs columns = [\"...\", ...]",
                       section.where("header")};
    }
    if (auto once = refuseDuplicates(*columns, "column name", section.where("columns")); !once) {
        return once;
    }
    table.columns = std::move(*columns);
    return {};
}

Result<void> readDelimitedText(const TomlSection& section, TableSchema& table) {
    constexpr std::array<std::string_view, 2> kEncodings = {"utf-8", "latin-1"};
    const auto delimiter = section.textOr("delimiter", ",");
    const auto quote = section.textOr("quote", "\"");
    const auto escape = section.textOr("escape", "");
    const auto encoding = section.choice("encoding", kEncodings);
    for (const auto* part : {&delimiter, &quote, &escape, &encoding}) {
        if (!*part) {
            return part->problem();
        }
    }
    if (section.has("list_separator")) {
        return Problem{"list_separator does not belong to format = \"csv\"; remove it, or give a "
                       "field kind = \"multi\" and split",
                       section.where("list_separator")};
    }
    table.format.delimiter = *delimiter;
    table.format.quote = *quote;
    table.format.escape = *escape;
    table.format.encoding = *encoding == "utf-8" ? TextEncoding::Utf8 : TextEncoding::Latin1;
    if (auto done = readHeader(section, table); !done) {
        return done;
    }
    return checkFormat(table.format, table.where);
}

/// Reads the keys of a format whose files describe their own columns.
Result<void> readLists(const TomlSection& section, const std::string& format, TableSchema& table) {
    for (const std::string_view key :
         {"delimiter", "quote", "escape", "header", "columns", "encoding"}) {
        if (section.has(key)) {
            return Problem{std::string(key) + " does not belong to format = \"" + format +
                               "\"; remove it",
                           section.where(key)};
        }
    }
    if (section.has("list_separator")) {
        auto separator = section.text("list_separator");
        if (!separator) {
            return separator.problem();
        }
        table.listSeparator = std::move(*separator);
    }
    return {};
}

Result<void> readFiles(const TomlSection& section, TableSchema& table) {
    table.anyFile = section.has("any_file");
    if (table.anyFile && section.has("file")) {
        return Problem{"has both file and any_file; keep one of them", section.where("any_file")};
    }
    const std::string key = table.anyFile ? "any_file" : "file";
    auto files = section.textOrTexts(key);
    if (!files) {
        return files.problem();
    }
    if (auto once = refuseDuplicates(*files, "file", section.where(key)); !once) {
        return once;
    }
    for (const std::string& file : *files) {
        const std::size_t star = file.find('*');
        if (star != std::string::npos && file.find('/', star) != std::string::npos) {
            return Problem{key + " = \"" + file +
                               "\" contains a * in the name of a folder; only the file's own name "
                               "may contain one",
                           section.where(key)};
        }
    }
    table.file = std::move(files->front());
    table.otherFiles.assign(std::make_move_iterator(files->begin() + 1),
                            std::make_move_iterator(files->end()));
    return {};
}

Result<TableSchema> readTable(const TomlSection& section) {
    constexpr std::array<std::string_view, 3> kFormats = {"csv", "jsonl", "parquet"};
    if (auto known = section.allowOnly(kTableKeys); !known) {
        return known.problem();
    }
    const auto name = section.text("name");
    if (!name) {
        return name.problem();
    }
    TableSchema table;
    table.name = *name;
    table.where = section.where();
    if (auto done = readFiles(section, table); !done) {
        return done.problem();
    }
    const auto format = section.choice("format", kFormats);
    if (!format) {
        return format.problem();
    }
    if (name->find('.') != std::string::npos) {
        return Problem{"a table's name cannot contain a dot; the first dot of table.column ends it",
                       section.where("name")};
    }
    if (*format == "parquet" && !parquetIsBuiltIn()) {
        return Problem{std::string("format = \"parquet\" is not built in; ") + kParquetAdvice,
                       section.where("format")};
    }
    table.kind = *format == "csv"     ? FileFormat::Csv
                 : *format == "jsonl" ? FileFormat::Jsonl
                                      : FileFormat::Parquet;
    auto done = table.kind == FileFormat::Csv ? readDelimitedText(section, table)
                                              : readLists(section, *format, table);
    if (!done) {
        return done.problem();
    }
    return table;
}

Result<JoinSchema> readJoin(const TomlSection& section) {
    constexpr std::array<std::string_view, 2> kKeep = {"matched", "all"};
    if (auto known = section.allowOnly(kJoinKeys); !known) {
        return known.problem();
    }
    auto left = readColumn(section, "left");
    auto right = readColumn(section, "right");
    for (const auto* part : {&left, &right}) {
        if (!*part) {
            return part->problem();
        }
    }
    const auto keep = section.choice("keep", kKeep);
    if (!keep) {
        return keep.problem();
    }
    auto collect = section.has("collect") ? section.text("collect") : std::string();
    if (!collect) {
        return collect.problem();
    }
    const auto optional = section.flagOr("optional", false);
    if (!optional) {
        return optional.problem();
    }
    return JoinSchema{std::move(*left), std::move(*right),   *keep == "all",
                      section.where(),  std::move(*collect), *optional};
}

Result<LabelSchema> readLabel(const TomlSection& section) {
    if (auto known = section.allowOnly(kLabelKeys); !known) {
        return known.problem();
    }
    auto column = readColumn(section, "column");
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
    const auto positive = parseValueRule(*positiveText, section.where("positive"));
    if (!positive) {
        return positive.problem();
    }
    LabelSchema label{std::move(*column), *positive, std::nullopt};
    if (!dropText->empty()) {
        const auto drop = parseValueRule(*dropText, section.where("drop"));
        if (!drop) {
            return drop.problem();
        }
        label.drop = *drop;
    }
    return label;
}

Result<ColumnName> readTime(const TomlSection& section) {
    if (auto known = section.allowOnly(kTimeKeys); !known) {
        return known.problem();
    }
    return readColumn(section, "column");
}

Result<std::vector<ColumnName>> readFieldColumns(const TomlSection& section,
                                                 const std::string& name) {
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
        auto column = readColumn(section, "column");
        if (!column) {
            return column.problem();
        }
        return std::vector<ColumnName>{std::move(*column)};
    }
    if (auto once = refuseDuplicates(*flags, "flag", section.where("flags")); !once) {
        return once.problem();
    }
    std::vector<ColumnName> columns;
    for (const std::string& flag : *flags) {
        auto column = columnName(flag, section.where("flags"));
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

/// Reads the kind and the keys that only fields of this kind have.
Result<void> readKind(const TomlSection& section, const std::string& kind, FieldSchema& field) {
    constexpr std::int64_t kMostBuckets = 100000;
    const auto refuse = [&](std::string_view key, const std::string& owner) -> Result<void> {
        return Problem{std::string(key) + " does not belong to " + owner + "; remove it",
                       section.where(key)};
    };
    const std::string named = "kind = \"" + kind + "\"";
    if (section.has("split") && kind != "multi") {
        return refuse("split", named);
    }
    if (section.has("split") && field.flags) {
        return refuse("split", "flags, whose names are joined by \"|\"");
    }
    if (section.has("buckets") && kind != "number") {
        return refuse("buckets", named);
    }
    if (kind == "number" && field.flags) {
        return Problem{"flags are not a number; use kind = \"multi\" or \"category\"",
                       section.where("kind")};
    }
    if (section.has("split")) {
        auto separator = section.text("split");
        if (!separator) {
            return separator.problem();
        }
        field.separator = std::move(*separator);
    }
    const auto buckets = section.wholeOr("buckets", field.buckets, 2, kMostBuckets);
    if (!buckets) {
        return buckets.problem();
    }
    field.buckets = *buckets;
    field.kind = fieldKindOf(kind).value_or(FieldKind::Category);
    return {};
}

Result<FieldSchema> readField(const TomlSection& section) {
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
        return Problem{
            "a field's name cannot contain braces or line breaks; templates write {name}",
            section.where("name")};
    }
    auto columns = readFieldColumns(section, *name);
    if (!columns) {
        return columns.problem();
    }
    FieldSchema field;
    field.name = *name;
    field.columns = std::move(*columns);
    field.flags = section.has("flags");
    field.use = fieldUseOf(*use).value_or(FieldUse::Both);
    field.where = section.where();
    const auto optional = section.flagOr("optional", false);
    if (!optional) {
        return optional.problem();
    }
    field.optional = *optional;
    if (section.has("shares")) {
        auto shares = section.text("shares");
        if (!shares) {
            return shares.problem();
        }
        field.shares = std::move(*shares);
        field.sharesWhere = section.where("shares");
    }
    if (auto done = readKind(section, *kind, field); !done) {
        return done.problem();
    }
    return field;
}

/// Reads every [[key]] with `read` into `target`.
template <class T>
Result<void> readAll(const TomlSection& document, const std::string& key,
                     Result<T> (*read)(const TomlSection&), std::vector<T>& target) {
    const auto sections = document.sections(key);
    if (!sections) {
        return sections.problem();
    }
    for (const TomlSection& section : *sections) {
        auto item = read(section);
        if (!item) {
            return item.problem();
        }
        target.push_back(std::move(*item));
    }
    return {};
}

Result<Schema> readSchema(const TomlSection& document) {
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

/// Whether a field reads a column's cells as lists. Values that a join collects are joined text, no
/// longer lists.
bool isListColumn(const Schema& schema, std::string_view table, const std::string& column) {
    const auto isNamed = [&](const ColumnName& name) {
        return name.table == table &&
               (name.column == column || std::ranges::count(name.otherSpellings, column) > 0);
    };
    const bool isCollected = std::ranges::any_of(schema.joins, [&](const JoinSchema& join) {
        return join.right.table == table && !join.collect.empty();
    });
    return !isCollected && std::ranges::any_of(schema.fields, [&](const FieldSchema& field) {
        return field.kind == FieldKind::Multi && !field.flags &&
               std::ranges::any_of(field.columns, isNamed);
    });
}

} // namespace

int Schema::findTable(std::string_view name) const {
    const auto found = std::ranges::find(tables, name, &TableSchema::name);
    return found == tables.end() ? -1 : static_cast<int>(found - tables.begin());
}

bool Schema::isOptional(std::string_view table) const {
    return std::ranges::any_of(joins, [table](const JoinSchema& join) {
        return join.optional && join.right.table == table;
    });
}

std::vector<WantedColumn> Schema::columnsOf(std::string_view table) const {
    std::vector<WantedColumn> columns;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(columns, name, &WantedColumn::name) == columns.end()) {
            columns.push_back({name, isListColumn(*this, table, name)});
        }
    };
    for (const ColumnName* named : namedColumns(*this)) {
        if (named->table == table) {
            add(named->column);
            std::ranges::for_each(named->otherSpellings, add);
        }
    }
    return columns;
}

std::string_view withoutType(std::string_view column) {
    const std::size_t colon = column.rfind(':');
    return colon == std::string_view::npos || colon == 0 ? column : column.substr(0, colon);
}

Result<Schema> parseSchema(std::string_view toml, const std::string& fileName) {
    const auto document = TomlSection::parse(toml, fileName);
    if (!document) {
        return document.problem();
    }
    auto schema = readSchema(*document);
    if (!schema) {
        return schema;
    }
    if (auto sound = checkSchemaNames(*schema); !sound) {
        return sound.problem();
    }
    return schema;
}

} // namespace flip
