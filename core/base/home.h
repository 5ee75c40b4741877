#pragma once

#include <filesystem>

namespace flip {

/// The user's home folder: $HOME or, if it is not set or not an absolute path, the entry in the
/// system's user database. Empty if neither is known.
std::filesystem::path homeFolder();

} // namespace flip
