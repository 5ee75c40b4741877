#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/table_files.h"

#include <string>
#include <vector>

namespace flip {

/// A schema without those of its optional parts that are not there.
struct PresentParts {
    Schema schema;
    std::vector<TableFile> files;     // [schema.tables]
    std::vector<std::string> leftOut; // a line for each field that is gone
};

/// Leaves out optional tables without a file, with their fields and joins, and optional fields
/// whose columns the files do not name. `files` are the tables', as findTableFiles() gives them.
/// Where the field is gone that led a shared vocabulary, the first of the fields that shared it
/// leads the others; its line says so. Reads the beginnings of files only where a field is
/// optional. No field left is a Problem.
Result<PresentParts> presentParts(const Schema& schema, const std::vector<TableFile>& files);

} // namespace flip
