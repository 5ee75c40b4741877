#pragma once

#include "app/manual/command_tree.h"

#include <string>
#include <vector>

namespace flip::manual {

// Scripts for shell completion of some programs: subcommands, options, files, choices, and the keys
// and values of experiment options. The scripts are self-contained: completion starts no program.

std::string bashCompletion(const std::vector<Command>& programs);
std::string zshCompletion(const std::vector<Command>& programs);
std::string fishCompletion(const std::vector<Command>& programs);

/// The text in single quotes, escaped for bash and zsh.
std::string singleQuoted(const std::string& text);

} // namespace flip::manual
