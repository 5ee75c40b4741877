#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The columns of fields named in groups, "user_id, age; movie_id": names are parted by commas,
/// groups by semicolons; a group may be empty. An unknown name is a Problem at `key`.
Result<std::vector<std::vector<std::int64_t>>>
fieldGroups(std::string_view text, const std::vector<std::string>& fieldNames,
            const std::string& key);

} // namespace flip
