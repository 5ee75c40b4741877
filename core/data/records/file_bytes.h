#pragma once

#include "core/data/records/byte_source.h"

#include <filesystem>
#include <memory>

namespace flip {

/// The bytes of a file as they are on disk; a folder or a device is a Problem.
Result<std::unique_ptr<ByteSource>> openFileBytes(const std::filesystem::path& file);

} // namespace flip
