#pragma once

#include <span>
#include <string_view>

namespace flip {

/// A file of resources/ that is embedded in the program; the build generates the table.
struct EmbeddedFile {
    std::string_view path; // relative to resources/: "schemas/movielens-100k.toml"
    std::string_view content;
};

/// All embedded files, sorted by path.
std::span<const EmbeddedFile> embeddedFiles();

/// The content of an embedded file; empty if no file has this path.
std::string_view embeddedFile(std::string_view path);

} // namespace flip
