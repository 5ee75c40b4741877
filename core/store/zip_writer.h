#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// Writes a zip archive to a temporary file that replaces the target only when finished. Owned by
/// one thread.
class ZipWriter {
public:
    static Result<ZipWriter> create(const std::filesystem::path& file);

    ZipWriter(ZipWriter&&) noexcept;
    ZipWriter& operator=(ZipWriter&&) noexcept;
    ~ZipWriter(); // removes an unfinished archive

    /// Adds a compressed member.
    Result<void> addText(const std::string& name, std::string_view text);

    /// Adds a file uncompressed, since weights hardly compress; returns its content hash.
    Result<std::string> addFile(const std::string& name, const std::filesystem::path& source);

    /// Moves the archive into place; returns its size in bytes.
    Result<std::uintmax_t> finish();

private:
    struct State;
    explicit ZipWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace flip
