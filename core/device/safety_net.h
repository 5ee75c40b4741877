#pragma once

#include "core/base/result.h"

#include <functional>
#include <optional>

namespace flip {

/// Runs `work` and returns an exception as a Problem with `systemError` set and without a
/// backtrace. The full message goes to the log. Every entry point of the engine uses it.
std::optional<Problem> catchAll(const std::function<void()>& work);

} // namespace flip
