#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

/// Writes a folder with all that a ServedModel needs without the workspace: the weights, the
/// recipe, the vocabulary, the schema, the tokenizer and the clicks that its backbone reads, with
/// their hashes in bundle.json. `out` must be new or empty; a failure leaves it unchanged. Returns
/// the size in bytes.
Result<std::uintmax_t> writeBundle(const std::string& run, const std::string& checkpoint,
                                   const Workspace& workspace, const std::filesystem::path& out);

} // namespace flip
