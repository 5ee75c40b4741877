#pragma once

#include <span>

namespace flip::manual {

/// An entry of the manual: a name and its meaning.
struct ManualEntry {
    const char* name;
    const char* meaning;
};

/// The exit statuses of the programs; with `window` only those of flip-workbench.
std::span<const ManualEntry> exitStatuses(bool window);

/// The environment variables that the programs read.
std::span<const ManualEntry> environment();

/// The files that both programs read and write, apart from those named on the command line.
std::span<const ManualEntry> files();

} // namespace flip::manual
