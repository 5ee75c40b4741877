#pragma once

#include "core/base/result.h"
#include "core/data/records/archive_bytes.h"
#include "core/data/records/byte_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// When packed bytes are taken for a decompression bomb: more than `free` bytes came out, and more
/// than `ratio` times as many as went in.
struct ExpansionLimit {
    std::int64_t free = std::int64_t{1} << 30;
    std::int64_t ratio = 1000;
};

/// The bytes of a raw file, unpacked as they are read. gzip, bzip2, xz and zstd are detected by the
/// first bytes of the file, not by its name. With `member`, the bytes of that file in a zip or tar
/// archive. Writes nothing; memory is bounded. A file that is named like a packed one but is not
/// packed is a Problem. Problems name the file as `shownName`.
Result<std::unique_ptr<ByteSource>> openBytes(const std::filesystem::path& file,
                                              const std::string& member,
                                              const std::string& shownName,
                                              const ExpansionLimit& limit = {});

/// The file name endings of packed files: ".gz", ".zst", ".bz2", ".xz".
std::vector<std::string_view> packedEndings();

/// Whether a file's name is that of an archive: ".zip", ".tar", ".tar.gz", ".tgz" and the like.
bool isArchiveName(const std::filesystem::path& file);

/// The files in an archive.
Result<std::vector<ArchiveMember>> listArchive(const std::filesystem::path& file,
                                               const std::string& shownName,
                                               const ExpansionLimit& limit = {});

} // namespace flip
