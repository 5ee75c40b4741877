#pragma once

#include <string>

namespace flip {

/// What `flip-workbench --help` prints, from the table in window_options.h. Does not use Qt, so
/// that a package without LibTorch can print it too.
std::string windowHelp();

/// What `flip-workbench --version` prints.
std::string windowVersion();

} // namespace flip
