#pragma once

#include <filesystem>
#include <string_view>

namespace flip::log {

// The program's own diary, for us: a rotating file, never the user's screen. Facts of a run are
// RunEvents, not log lines. Any thread may call these.

/// Starts writing to `file` (5 MiB, 3 generations); before that lines are dropped.
void openFile(const std::filesystem::path& file);

void error(std::string_view line);

} // namespace flip::log
