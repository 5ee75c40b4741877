#pragma once

#include "core/base/result.h"

#include <functional>
#include <optional>

namespace flip {

/// Does the work; what is thrown comes back as a Problem of the world, in words without a
/// backtrace. The whole message goes to the log. Every entrance to the engine stands on one.
std::optional<Problem> caught(const std::function<void()>& work);

} // namespace flip
