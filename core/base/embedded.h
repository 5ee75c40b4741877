#pragma once

#include <span>
#include <string_view>

namespace flip {

/// A file of resources/ that travels inside the program; the build generates the table.
struct EmbeddedFile {
    std::string_view path; // relative to resources/: "schemas/movielens-100k.toml"
    std::string_view content;
};

/// All of them, sorted by path.
std::span<const EmbeddedFile> embeddedFiles();

/// The content of one; empty if there is none.
std::string_view embeddedFile(std::string_view path);

} // namespace flip
