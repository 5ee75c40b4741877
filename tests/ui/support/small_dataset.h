#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <string>

namespace flip::test {

/// Imports `rows` clicks on films: user u0, u1, ... of ten, a title of seven, every third row
/// positive. Returns the dataset's name, or what went wrong.
Result<std::string> importSmallDataset(const Workspace& workspace, const std::string& name,
                                       int rows);

} // namespace flip::test
