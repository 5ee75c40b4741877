#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace flip {

/// A file that is written piece by piece and replaces the target when it is complete: a reader sees
/// either the old or the new content. For a symbolic link its target is written; a device or a pipe
/// is written directly. An incomplete file is removed, unless the program is killed.
class OutputFile {
public:
    static Result<OutputFile> open(const std::filesystem::path& file);

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&& other) noexcept;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    Result<void> write(std::string_view bytes);

    /// Flushes the content to the disk and gives the file its name. Nothing may be written
    /// afterwards.
    Result<void> complete();

private:
    OutputFile() = default;
    Result<void> flush();
    Result<void> writeOut(std::string_view rest);
    void abandon();

    std::filesystem::path file_;   // as given, for Problems
    std::filesystem::path target_; // links resolved
    std::string working_;          // temporary name; empty: the target is written directly
    std::string pending_;
    int descriptor_ = -1;
};

} // namespace flip
