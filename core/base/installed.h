#pragma once

#include <filesystem>

namespace flip {

/// share/flip-workbench of the package that this program was installed with: the language model and
/// what the window needs where the system lacks it. Empty for a program that was built and not
/// installed.
std::filesystem::path installedShare();

} // namespace flip
