#include "core/data/import/present_parts.h"

#include "core/data/import/table_source.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace flip {

namespace {

/// Whether the schema has optional fields of the table.
bool hasOptionalFields(const Schema& schema, const std::string& table) {
    return std::ranges::any_of(schema.fields, [&](const FieldSchema& field) {
        return field.optional && field.columns.front().table == table;
    });
}

/// If the leader of a vocabulary is left out, makes the first field that shares it the leader of
/// the others. Returns its name; empty if no field shares it.
std::string replaceLeader(const std::string& leader, std::vector<FieldSchema>& fields) {
    std::string newLeader;
    for (FieldSchema& field : fields) {
        if (field.shares == leader) {
            field.shares = newLeader;
            newLeader = newLeader.empty() ? field.name : newLeader;
        }
    }
    return newLeader;
}

/// `there is no file "a.csv" or "b.csv"`.
std::string missingFiles(const TableSchema& table) {
    const bool isList = !table.otherFiles.empty() && !table.anyFile;
    return (isList ? "there are no files " : "there is no file ") + fileNamesInWords(table);
}

} // namespace

Result<PresentParts> presentParts(const Schema& schema, const std::vector<TableFile>& files) {
    PresentParts parts;
    parts.schema.label = schema.label;
    parts.schema.labelled = schema.labelled;
    parts.schema.time = schema.time;
    std::map<std::string, std::string> missing; // tables, and which files they lack
    std::map<std::string, TableSource> sources; // tables that have optional fields
    for (std::size_t i = 0; i < schema.tables.size(); ++i) {
        const TableSchema& table = schema.tables[i];
        if (files[i].file.empty()) {
            missing[table.name] = missingFiles(table);
            continue;
        }
        parts.schema.tables.push_back(table);
        parts.files.push_back(files[i]);
        if (hasOptionalFields(schema, table.name)) {
            auto source = TableSource::open(table, files[i], schema.columnsOf(table.name));
            if (!source) {
                return source.problem();
            }
            sources.emplace(table.name, std::move(*source));
        }
    }
    for (const JoinSchema& join : schema.joins) {
        // A table that is joined to a missing one cannot be joined to the rows.
        if (const auto left = missing.find(join.left.table); left != missing.end()) {
            missing.try_emplace(join.right.table, left->second);
        }
        if (!missing.contains(join.right.table)) {
            parts.schema.joins.push_back(join);
        }
    }
    for (std::size_t i = parts.schema.tables.size(); i > 0; --i) {
        if (missing.contains(parts.schema.tables[i - 1].name)) {
            const auto at = static_cast<std::ptrdiff_t>(i - 1);
            parts.schema.tables.erase(parts.schema.tables.begin() + at);
            parts.files.erase(parts.files.begin() + at);
        }
    }
    std::vector<std::pair<std::string, std::string>> gone; // fields, and why
    for (const FieldSchema& field : schema.fields) {
        const std::string& table = field.columns.front().table;
        if (const auto file = missing.find(table); file != missing.end()) {
            gone.emplace_back(field.name, file->second);
        } else if (field.optional && !sources.at(table).cell(field)) {
            gone.emplace_back(field.name, sources.at(table).fileName() + " has no column \"" +
                                              field.columns.front().column + "\"");
        } else {
            parts.schema.fields.push_back(field);
        }
    }
    for (const auto& [name, reason] : gone) {
        const std::string newLeader = replaceLeader(name, parts.schema.fields);
        parts.leftOut.push_back(
            "the field \"" + name + "\" is left out: " + reason +
            (newLeader.empty() ? "" : "; its vocabulary is now that of \"" + newLeader + "\""));
    }
    if (parts.schema.fields.empty()) {
        return Problem{"no field is left, since all are optional and missing; name another "
                       "folder or add a field",
                       schema.fields.front().where};
    }
    return parts;
}

} // namespace flip
