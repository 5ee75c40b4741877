#pragma once

#include <filesystem>
#include <string>

namespace flip {

/// share/flip-workbench of the package that installed this program: the language model, and what
/// the window needs if the system lacks it. Empty if the program was built but not installed.
std::filesystem::path installedShare();

/// A file that belongs to this program, e.g. "flip-engine": in lib/flip-workbench of the package or
/// build, or next to the running program.
std::filesystem::path installedPart(const std::string& name);

} // namespace flip
