#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace flip {

/// One record of a zip archive. `bytes` points into the archive and is valid as long as that is.
struct ZipRecord {
    std::string_view bytes;
    std::uint64_t size = 0; // unpacked
    std::uint32_t checksum = 0;
    bool isCompressed = false;

    /// Whether the bytes match the checksum. True if the checksum is 0, since torch.save can write
    /// archives without checksums. Reads all bytes.
    bool isSound() const;
};

using ZipRecords = std::map<std::string, ZipRecord, std::less<>>; // by name

/// Reads the directory of a zip archive (PKWARE's APPNOTE 6.3.3, including 64-bit sizes). Every
/// record lies within `file`. A directory that cannot be read is a Problem with `where`.
Result<ZipRecords> readZipRecords(std::string_view file, const std::string& where);

} // namespace flip
