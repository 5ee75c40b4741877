#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace flip {

/// Called before a file is read.
using FileCallback = std::function<void(const std::filesystem::path& file)>;

/// Checks every byte of the manifest and of all columns of datasets/NAME; one Problem per damaged
/// file. Dataset::open() stops at the first file that is missing or truncated; this continues.
std::vector<Problem> checkDatasetFiles(const std::filesystem::path& folder,
                                       const FileCallback& watch);

} // namespace flip
