#pragma once

#include "core/base/result.h"
#include "core/data/records/byte_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// A file in an archive. Its name is a name and no more: nothing is ever written to it.
struct ArchiveMember {
    std::string name;           // "ml-1m/ratings.dat"
    std::int64_t bytes = 0;     // unpacked; 0 where the archive does not say
    std::int64_t packedEnd = 0; // of tar: how much of the file must be read to reach its end
};

/// What bzip2, xz or zstd has packed, whichever it is. `shownName` stands in Problems.
Result<std::unique_ptr<ByteSource>> unpackFilter(std::unique_ptr<ByteSource> packed,
                                                 std::string shownName);

/// The files of a zip archive, in its order; folders and links are left out.
Result<std::vector<ArchiveMember>> listZip(const std::filesystem::path& file,
                                           const std::string& shownName);

/// The bytes of one file of a zip archive. An encrypted one is a Problem.
Result<std::unique_ptr<ByteSource>> openZipMember(const std::filesystem::path& file,
                                                  const std::string& member,
                                                  const std::string& shownName);

/// The files of a tar archive, to be read from its beginning to its end, unpacked already.
Result<std::vector<ArchiveMember>> listTar(std::unique_ptr<ByteSource> archive,
                                           const std::string& shownName);

/// The bytes of one file of a tar archive, which is unpacked already.
Result<std::unique_ptr<ByteSource>> openTarMember(std::unique_ptr<ByteSource> archive,
                                                  const std::string& member,
                                                  const std::string& shownName);

} // namespace flip
