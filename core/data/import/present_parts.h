#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_files.h"

#include <string>
#include <vector>

namespace flip {

/// A schema without its missing optional parts.
struct PresentParts {
    Schema schema;
    std::vector<TableFile> files;     // [schema.tables]
    std::vector<std::string> leftOut; // a line for each field that is left out
};

/// Leaves out optional tables without a file, with their fields and joins, and optional fields
/// whose columns are missing. `files` are those of the tables, as findTableFiles() returns them. If
/// the field that leads a shared vocabulary is left out, the first field that shares it becomes the
/// leader of the others, and the line says so. Reads only the beginnings of files, and only of
/// tables with optional fields. A Problem if no field is left.
Result<PresentParts> presentParts(const Schema& schema, const std::vector<TableFile>& files);

} // namespace flip
