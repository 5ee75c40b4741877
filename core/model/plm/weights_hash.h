#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace flip {

/// A content hash of the weights and the config.json of a model folder, without the entries of
/// config.json that only state its origin. Reads all files; the hash of a file is cached until its
/// size or modification time changes. Any thread.
Result<std::string> languageModelHash(const std::filesystem::path& folder);

} // namespace flip
