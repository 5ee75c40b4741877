#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace flip {

/// The whole file as bytes.
Result<std::string> readFile(const std::filesystem::path& file);

/// Writes beside the target, flushes to the disk, then renames: a reader sees the old content or
/// the new, never a part, whatever dies in between. A link stays and its target is written; a
/// device or a pipe is written as it is.
Result<void> writeFileAtomically(const std::filesystem::path& file, std::string_view bytes);

/// The same for content in pieces, written one after the other.
Result<void> writeFileAtomically(const std::filesystem::path& file,
                                 std::span<const std::string_view> pieces);

/// Flushes a finished file, or the entries of a folder, to the disk.
Result<void> flushToDisk(const std::filesystem::path& fileOrFolder);

/// Creates the folder and its parents; the Problem names the folder.
Result<void> makeFolder(const std::filesystem::path& folder);

/// A file mapped read-only into memory; empty files map to no bytes. Movable, not copyable.
class MappedFile {
public:
    MappedFile() = default;
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    static Result<MappedFile> open(const std::filesystem::path& file);

    const std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }
    std::string_view bytes() const { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// An advisory lock on a file, held until destruction or the end of the process, however it ends.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// Takes the lock, creating the file; a Problem if another holder, in any process, has it.
    static Result<FileLock> acquire(const std::filesystem::path& file);

    /// Whether somebody holds the lock now.
    static bool isHeld(const std::filesystem::path& file);

    bool held() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

} // namespace flip
