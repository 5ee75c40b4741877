#pragma once

#include <filesystem>
#include <string_view>

namespace flip::log {

// The program's log for developers: a rotating file, never the user's screen. Facts of a run are
// RunEvents, not log lines. Safe to call from any thread.

/// Starts writing to `file` (5 MiB, 3 older files); lines before that are dropped.
void openFile(const std::filesystem::path& file);

void error(std::string_view line);

} // namespace flip::log
