#pragma once

#include "core/spec/options.h"

#include <vector>

namespace flip {

/// Appends the rows of the table [id]: the backbone, its sizes, and what single backbones read.
void addIdOptions(std::vector<Option>& table);

} // namespace flip
