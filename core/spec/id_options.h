#pragma once

#include "core/spec/options.h"

#include <vector>

namespace flip {

/// Appends the options of the table [id]: the backbone, its sizes, and options of single backbones.
void addIdOptions(std::vector<Option>& table);

} // namespace flip
