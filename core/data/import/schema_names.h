#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"

#include <vector>

namespace flip {

/// Every column that a schema names: of label, time, joins and fields, in this order. The pointers
/// are valid as long as the schema.
std::vector<const ColumnName*> namedColumns(const Schema& schema);

/// Checks the names in a schema: every table is known, named once and joined once, after the table
/// that it is joined to; a field that shares a vocabulary names a field that has its own, and both
/// have ids for values.
Result<void> checkSchemaNames(const Schema& schema);

} // namespace flip
