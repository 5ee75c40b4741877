#pragma once

#include <span>
#include <string>
#include <string_view>

namespace flip {

/// The candidate closest to a mistyped name by edit distance, the first one of equally close ones;
/// empty if there are no candidates.
std::string nearestName(std::string_view name, std::span<const std::string_view> candidates);

} // namespace flip
