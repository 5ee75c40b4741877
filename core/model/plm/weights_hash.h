#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace flip {

/// A content hash of a model folder's weights and of its config.json, without the entries that only
/// say where it came from. Reads all of it, once as long as size and time of the files stay the
/// same; any thread.
Result<std::string> languageModelHash(const std::filesystem::path& folder);

} // namespace flip
