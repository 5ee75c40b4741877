#pragma once

#include <filesystem>

namespace flip {

/// The person's folder: $HOME, else, where it is not set or no whole path, what the system's list
/// of users says. Empty where neither tells.
std::filesystem::path homeFolder();

} // namespace flip
