#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace flip {

/// The first preset whose required tables exist and begin with records that have its columns;
/// nothing if no preset fits. Reads only the beginnings of files, but a packed tar archive as a
/// whole.
std::optional<std::string> guessPreset(const std::filesystem::path& source,
                                       const std::stop_token& stop = {});

} // namespace flip
