#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace flip {

/// One record of a zip archive. The bytes are those of the archive, and last as long as they do.
struct ZipRecord {
    std::string_view bytes;
    std::uint64_t size = 0; // as it is unpacked
    std::uint32_t checksum = 0;
    bool isCompressed = false;

    /// Whether the bytes are those that were written, as far as the archive can tell: one written
    /// without checksums, which torch.save does when asked to, holds zeros. Reads all bytes.
    bool isSound() const;
};

using ZipRecords = std::map<std::string, ZipRecord, std::less<>>; // by name

/// Reads the directory of a zip archive (PKWARE's APPNOTE 6.3.3, with its 64-bit sizes). Every
/// record lies within `file`. A directory that cannot be read is a Problem with `where`.
Result<ZipRecords> readZipRecords(std::string_view file, const std::string& where);

} // namespace flip
