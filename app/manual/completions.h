#pragma once

#include "app/manual/command_tree.h"

#include <string>
#include <vector>

namespace flip::manual {

// Scripts that let a shell complete the words of some programs: commands, options, files, words to
// choose from, and the options of an experiment with theirs. Each is complete in itself: a shell
// that runs it starts no program.

std::string bashCompletion(const std::vector<Command>& programs);
std::string zshCompletion(const std::vector<Command>& programs);
std::string fishCompletion(const std::vector<Command>& programs);

/// The text in single quotes, as bash and zsh read it.
std::string singleQuoted(const std::string& text);

} // namespace flip::manual
