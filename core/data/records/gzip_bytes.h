#pragma once

#include "core/data/records/byte_source.h"

#include <memory>
#include <string>

namespace flip {

/// What gzip has packed, all members one after the other, each with its length and checksum
/// compared. Zeros behind the last member are padding, anything else there is a Problem.
/// `shownName` stands in Problems.
std::unique_ptr<ByteSource> unpackGzip(std::unique_ptr<ByteSource> packed, std::string shownName);

} // namespace flip
