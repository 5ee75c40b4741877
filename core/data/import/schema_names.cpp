#include "core/data/import/schema_names.h"

#include "core/base/nearest_name.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace flip {

namespace {

/// Checks that every table and field is named once.
Result<void> checkNamedOnce(const Schema& schema) {
    std::set<std::string_view> tables;
    for (const TableSchema& table : schema.tables) {
        if (!tables.insert(table.name).second) {
            return Problem{"the table \"" + table.name + "\" appears twice; name each once",
                           table.where};
        }
    }
    std::set<std::string_view> fields;
    for (const FieldSchema& field : schema.fields) {
        if (!fields.insert(field.name).second) {
            return Problem{"the field \"" + field.name + "\" appears twice; name each once",
                           field.where};
        }
    }
    return {};
}

Result<void> checkTable(const Schema& schema, const ColumnName& column) {
    const int index = schema.findTable(column.table);
    if (index < 0) {
        std::set<std::string_view> names;
        for (const TableSchema& table : schema.tables) {
            names.insert(table.name);
        }
        const std::vector<std::string_view> known(names.begin(), names.end());
        return Problem{"there is no table \"" + column.table + "\"; did you mean \"" +
                           nearestName(column.table, known) + "\"?",
                       column.where};
    }
    if (schema.tables[static_cast<std::size_t>(index)].kind == FileFormat::Jsonl &&
        !column.otherSpellings.empty()) {
        return Problem{"JSON lines do not name their columns, so a list of spellings has no use "
                       "there; name one column",
                       column.where};
    }
    return {};
}

/// Checks that every table but the first is joined once, after the table that it is joined to.
Result<void> checkJoins(const Schema& schema) {
    std::set<std::string_view> reached = {schema.tables.front().name};
    std::set<std::string_view> collected;
    for (const JoinSchema& join : schema.joins) {
        for (const ColumnName* column : {&join.left, &join.right}) {
            if (auto known = checkTable(schema, *column); !known) {
                return known;
            }
        }
        if (!reached.contains(join.left.table)) {
            return Problem{"the table \"" + join.left.table +
                               "\" is not joined yet; put its own [[join]] before this one",
                           join.left.where};
        }
        if (collected.contains(join.left.table)) {
            return Problem{"the table \"" + join.left.table +
                               "\" is collected; nothing can be joined to its lists of values",
                           join.left.where};
        }
        if (!reached.insert(join.right.table).second) {
            return Problem{"the table \"" + join.right.table +
                               "\" is already joined; join each table once, but never the first",
                           join.right.where};
        }
        if (!join.collect.empty()) {
            collected.insert(join.right.table);
        }
    }
    for (const JoinSchema& join : schema.joins) {
        if (schema.isOptional(join.left.table) && !join.optional) {
            return Problem{"the table \"" + join.left.table +
                               "\" may be missing, and this join depends on it; add optional = "
                               "true here too",
                           join.where};
        }
    }
    for (const TableSchema& table : schema.tables) {
        if (!reached.contains(table.name)) {
            return Problem{"the table \"" + table.name + "\" is not joined; add a [[join]] with " +
                               "right = \"" + table.name + ".its key\"",
                           table.where};
        }
    }
    const auto refuseCollected = [&](const ColumnName& column,
                                     const std::string& what) -> Result<void> {
        if (!collected.contains(column.table)) {
            return {};
        }
        return Problem{"the table \"" + column.table +
                           "\" is collected, so its values are lists; " + "take the " + what +
                           " from another table",
                       column.where};
    };
    if (auto single = refuseCollected(schema.label.column, "label"); !single) {
        return single;
    }
    return schema.time ? refuseCollected(*schema.time, "time") : Result<void>();
}

/// Checks that no row needs an optional part, and that the format shows whether it is missing.
Result<void> checkOptional(const Schema& schema) {
    for (const ColumnName* column : {&schema.label.column, schema.time ? &*schema.time : nullptr}) {
        if (column != nullptr && schema.isOptional(column->table)) {
            return Problem{"the table \"" + column->table +
                               "\" may be missing; take label and time from another table",
                           column->where};
        }
    }
    for (const FieldSchema& field : schema.fields) {
        const auto table = static_cast<std::size_t>(schema.findTable(field.columns.front().table));
        if (field.optional && schema.tables[table].kind == FileFormat::Jsonl) {
            return Problem{"any column may be missing in JSON lines, and is then empty; remove "
                           "optional",
                           field.where};
        }
    }
    return {};
}

/// Checks that fields that share a vocabulary name its leader, and that all have ids for values.
Result<void> checkShared(const Schema& schema) {
    std::vector<std::string_view> names;
    for (const FieldSchema& field : schema.fields) {
        names.push_back(field.name);
    }
    for (const FieldSchema& field : schema.fields) {
        if (field.shares.empty()) {
            continue;
        }
        const auto refuse = [&](const std::string& what) -> Result<void> {
            return Problem{what, field.sharesWhere};
        };
        const auto leader = std::ranges::find(schema.fields, field.shares, &FieldSchema::name);
        if (leader == schema.fields.end()) {
            return refuse("there is no field \"" + field.shares + "\"; did you mean \"" +
                          nearestName(field.shares, names) + "\"?");
        }
        if (leader->name == field.name) {
            return refuse("the field \"" + field.name +
                          "\" names itself; name another field, or remove shares");
        }
        if (leader->shares == field.name) {
            return refuse("\"" + field.name + "\" and \"" + leader->name +
                          "\" name each other; remove shares from one of them");
        }
        if (!leader->shares.empty()) {
            return refuse("names \"" + leader->name +
                          "\", which itself shares the vocabulary of \"" + leader->shares +
                          "\"; write \"" + leader->shares + "\"");
        }
        for (const FieldSchema* one : {&field, &*leader}) {
            if (one->kind == FieldKind::Number) {
                return refuse(
                    "the field \"" + one->name +
                    "\" is a number, whose ids are for ranges, not values; remove shares");
            }
            if (one->use == FieldUse::Text) {
                return refuse(
                    "the field \"" + one->name +
                    "\" is used as text only, which has no ids; remove shares, or set its "
                    "use to \"id\" or \"both\"");
            }
        }
    }
    return {};
}

} // namespace

std::vector<const ColumnName*> namedColumns(const Schema& schema) {
    std::vector<const ColumnName*> columns;
    if (schema.labelled) {
        columns.push_back(&schema.label.column);
    }
    if (schema.time) {
        columns.push_back(&*schema.time);
    }
    for (const JoinSchema& join : schema.joins) {
        columns.push_back(&join.left);
        columns.push_back(&join.right);
    }
    for (const FieldSchema& field : schema.fields) {
        for (const ColumnName& column : field.columns) {
            columns.push_back(&column);
        }
    }
    return columns;
}

Result<void> checkSchemaNames(const Schema& schema) {
    if (auto once = checkNamedOnce(schema); !once) {
        return once;
    }
    if (auto joined = checkJoins(schema); !joined) {
        return joined;
    }
    for (const ColumnName* column : namedColumns(schema)) {
        if (auto known = checkTable(schema, *column); !known) {
            return known;
        }
    }
    if (auto shared = checkShared(schema); !shared) {
        return shared;
    }
    return checkOptional(schema);
}

} // namespace flip
