#pragma once

#include "core/base/result.h"

#include <string_view>

namespace flip {

/// Checks the name of a dataset or run: letters, digits, '.', '_', '-', not starting with '.'.
Result<void> checkName(std::string_view name);

} // namespace flip
