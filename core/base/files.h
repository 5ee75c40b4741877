#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace flip {

/// Whether this value of errno means that the disk is full or a device failed, not that the request
/// is wrong.
bool isSystemError(int code);

/// The whole file as bytes.
Result<std::string> readFile(const std::filesystem::path& file);

/// Writes a temporary file next to the target, flushes it to the disk, then renames it: a reader
/// sees either the old or the new content, even after a crash. For a symbolic link its target is
/// written; a device or a pipe is written directly.
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

/// An advisory lock on a file, held until destruction or until the process ends in any way.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// Takes the lock, creating the file if necessary; a Problem if it is already held, in any
    /// process.
    static Result<FileLock> acquire(const std::filesystem::path& file);

    /// Whether the lock is currently held, in any process.
    static bool isHeld(const std::filesystem::path& file);

    bool held() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

} // namespace flip
