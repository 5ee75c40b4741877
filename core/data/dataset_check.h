#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace flip {

/// Called before a file is read.
using FileWatch = std::function<void(const std::filesystem::path& file)>;

/// Every damaged file of datasets/NAME, one Problem each: the manifest and all columns, each byte
/// of them. Where Dataset::open() stops at the first file that is missing or cut off, this goes on.
std::vector<Problem> checkDatasetFiles(const std::filesystem::path& folder, const FileWatch& watch);

} // namespace flip
