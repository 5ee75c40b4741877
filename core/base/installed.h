#pragma once

#include <filesystem>
#include <string>

namespace flip {

/// share/flip-workbench of the package that this program was installed with: the language model and
/// what the window needs where the system lacks it. Empty for a program that was built and not
/// installed.
std::filesystem::path installedShare();

/// A file that belongs to this program, such as "flip-engine": in lib/flip-workbench of the package
/// or build, or beside the program that runs.
std::filesystem::path installedPart(const std::string& name);

} // namespace flip
