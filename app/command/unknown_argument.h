#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace flip::command {

/// A message for the first argument that is not a subcommand or option at its position, with the
/// nearest valid one; nothing if all are known. CLI11's own message does not name the argument if a
/// subcommand is missing.
std::optional<std::string> unknownArgument(const CLI::App& app,
                                           const std::vector<std::string>& arguments);

} // namespace flip::command
