#pragma once

#include "app/manual/command_tree.h"

#include <string>
#include <vector>

namespace flip::manual {

/// A page of the manual: "flip-runs" of section 1, and its source.
struct Page {
    std::string name;
    int section = 1;
    std::string source;
};

/// A page of the program, and one for each command right below it, which tells of all that is
/// further down too.
std::vector<Page> programPages(const Command& program);

/// flip-workbench(1).
Page windowPage(const Command& window);

/// flip-experiment(5): every option of an experiment file, from the option table.
Page experimentPage();

} // namespace flip::manual
