#pragma once

#include "core/base/result.h"
#include "core/data/records/byte_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// A file in an archive. Its name is only a label: nothing is ever written to that path.
struct ArchiveMember {
    std::string name;           // "ml-1m/ratings.dat"
    std::int64_t bytes = 0;     // unpacked; 0 if the archive does not state it
    std::int64_t packedEnd = 0; // tar only: bytes of the archive up to the end of this file
};

/// Unpacks bzip2, xz or zstd data, whichever it is. Problems name the file as `shownName`.
Result<std::unique_ptr<ByteSource>> unpackFilter(std::unique_ptr<ByteSource> packed,
                                                 std::string shownName);

/// The files of a zip archive, in archive order; folders and links are left out.
Result<std::vector<ArchiveMember>> listZip(const std::filesystem::path& file,
                                           const std::string& shownName);

/// The bytes of one file of a zip archive. An encrypted file is a Problem.
Result<std::unique_ptr<ByteSource>> openZipMember(const std::filesystem::path& file,
                                                  const std::string& member,
                                                  const std::string& shownName);

/// The files of a tar archive that is already unpacked; reads it to its end.
Result<std::vector<ArchiveMember>> listTar(std::unique_ptr<ByteSource> archive,
                                           const std::string& shownName);

/// The bytes of one file of a tar archive that is already unpacked.
Result<std::unique_ptr<ByteSource>> openTarMember(std::unique_ptr<ByteSource> archive,
                                                  const std::string& member,
                                                  const std::string& shownName);

} // namespace flip
