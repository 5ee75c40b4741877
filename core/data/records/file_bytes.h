#pragma once

#include "core/data/records/byte_source.h"

#include <filesystem>
#include <memory>

namespace flip {

/// The bytes of a file as they stand on the disk; a folder or a device is refused.
Result<std::unique_ptr<ByteSource>> openFileBytes(const std::filesystem::path& file);

} // namespace flip
