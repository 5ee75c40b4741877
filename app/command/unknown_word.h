#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace flip::command {

/// The first of the words behind the program's name that is no command or option where it stands,
/// with the nearest one that is; nothing where all are known. CLI11 names none where a command is
/// missing.
std::optional<std::string> unknownWord(const CLI::App& app, const std::vector<std::string>& words);

} // namespace flip::command
