#pragma once

#include <string>

namespace flip {

/// What `flip-workbench --help` prints; made of the table in window_words.h, without Qt, so that a
/// package without LibTorch can say it too.
std::string windowHelp();

/// What `flip-workbench --version` prints.
std::string windowVersion();

} // namespace flip
