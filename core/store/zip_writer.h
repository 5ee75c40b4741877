#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// Writes a zip archive beside its target, which it becomes only when it is finished. Owned by one
/// thread.
class ZipWriter {
public:
    static Result<ZipWriter> create(const std::filesystem::path& file);

    ZipWriter(ZipWriter&&) noexcept;
    ZipWriter& operator=(ZipWriter&&) noexcept;
    ~ZipWriter(); // what is not finished leaves nothing behind

    /// Adds a member, packed.
    Result<void> addText(const std::string& name, std::string_view text);

    /// Adds a file as it is, since weights hardly get smaller; returns its content hash.
    Result<std::string> addFile(const std::string& name, const std::filesystem::path& source);

    /// Puts the archive in its place; returns its bytes.
    Result<std::uintmax_t> finish();

private:
    struct State;
    explicit ZipWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace flip
