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

/// When packed bytes swell without measure: more than `free` came out, and more than `ratio` times
/// as many as went in.
struct SwellLimit {
    std::int64_t free = std::int64_t{1} << 30;
    std::int64_t ratio = 1000;
};

/// The bytes of a raw file, unpacked as they are read: of gzip, bzip2, xz or zstd by what the file
/// begins with, whatever its name; with `member` those of a file in a zip or tar archive. Nothing
/// is written, memory is bounded. A file that is named as packed and is not is a Problem.
/// `shownName` stands in Problems.
Result<std::unique_ptr<ByteSource>> openBytes(const std::filesystem::path& file,
                                              const std::string& member,
                                              const std::string& shownName,
                                              const SwellLimit& limit = {});

/// The endings of packed files: ".gz", ".zst", ".bz2", ".xz".
std::vector<std::string_view> packedEndings();

/// Whether a file's name is that of an archive: ".zip", ".tar", ".tar.gz", ".tgz" and the like.
bool isArchiveName(const std::filesystem::path& file);

/// The files in an archive.
Result<std::vector<ArchiveMember>> listArchive(const std::filesystem::path& file,
                                               const std::string& shownName,
                                               const SwellLimit& limit = {});

} // namespace flip
