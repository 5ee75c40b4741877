#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"

#include <vector>

namespace flip {

/// Every column that a schema names: of label, time, joins and fields, in this order. They live as
/// long as the schema.
std::vector<const ColumnName*> namedColumns(const Schema& schema);

/// Whether a schema's parts fit together by the names they give each other: every table known,
/// named once, joined once, after the one it hangs on; fields that share a vocabulary name one that
/// has its own, and both have ids of values.
Result<void> checkSchemaNames(const Schema& schema);

} // namespace flip
