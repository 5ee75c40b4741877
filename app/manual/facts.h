#pragma once

#include <span>

namespace flip::manual {

/// A thing by its name, and what it means.
struct Fact {
    const char* name;
    const char* meaning;
};

/// What the programs end with; `window` leaves out what only flip does.
std::span<const Fact> exitStatuses(bool window);

/// The variables of the environment that both programs read.
std::span<const Fact> environment();

/// What both programs read and write, apart from what their words name.
std::span<const Fact> files();

} // namespace flip::manual
