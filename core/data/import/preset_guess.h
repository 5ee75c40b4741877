#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace flip {

/// The first preset whose tables are all there and begin with records that have its columns;
/// nothing where none fits. Reads the beginnings of files only, but all of a packed tar archive.
std::optional<std::string> guessPreset(const std::filesystem::path& source,
                                       const std::stop_token& stop = {});

} // namespace flip
