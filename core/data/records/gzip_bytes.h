#pragma once

#include "core/data/records/byte_source.h"

#include <memory>
#include <string>

namespace flip {

/// Unpacks gzip data: all members one after the other, each with its length and checksum verified.
/// Zeros after the last member are padding; anything else there is a Problem. Problems name the
/// file as `shownName`.
std::unique_ptr<ByteSource> unpackGzip(std::unique_ptr<ByteSource> packed, std::string shownName);

} // namespace flip
