#pragma once

#include "core/base/result.h"

#include <string_view>

namespace flip {

/// Letters, digits, '.', '_', '-', not starting with '.': the rule for datasets and runs.
Result<void> checkName(std::string_view name);

} // namespace flip
