#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <string>

namespace flip::test {

/// Imports `rows` clicks by ten users (u0, u1, ...) on films with seven titles, every third row
/// positive. Returns the dataset's name, or what went wrong.
Result<std::string> importSmallDataset(const Workspace& workspace, const std::string& name,
                                       int rows);

} // namespace flip::test
