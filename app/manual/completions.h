#pragma once

#include "app/manual/command_tree.h"

#include <string>

namespace flip::manual {

// Scripts that let a shell complete the words of a program: commands, options, files, words to
// choose from, and the options of an experiment with theirs. Each is complete in itself: a shell
// that runs it starts no program.

std::string bashCompletion(const Command& program);
std::string zshCompletion(const Command& program);
std::string fishCompletion(const Command& program);

/// The text in single quotes, as bash and zsh read it.
std::string singleQuoted(const std::string& text);

} // namespace flip::manual
