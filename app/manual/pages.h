#pragma once

#include "app/manual/command_tree.h"

#include <string>
#include <vector>

namespace flip::manual {

/// A manual page: its name ("flip-runs"), section and source.
struct Page {
    std::string name;
    int section = 1;
    std::string source;
};

/// A page for the program, and one for each of its commands that also describes the command's
/// subcommands.
std::vector<Page> programPages(const Command& program);

/// flip-workbench(1).
Page windowPage(const Command& window);

/// flip-experiment(5): every option of an experiment file, from the option table.
Page experimentPage();

} // namespace flip::manual
