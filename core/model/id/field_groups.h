#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Parses groups of field names, "user_id, age; movie_id", into columns: names are separated by
/// commas, groups by semicolons; a group may be empty. An unknown name is a Problem at `key`.
Result<std::vector<std::vector<std::int64_t>>>
fieldGroups(std::string_view text, const std::vector<std::string>& fieldNames,
            const std::string& key);

} // namespace flip
