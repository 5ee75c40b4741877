#pragma once

#include <cstdint>

namespace flip {

/// The most memory this process has held so far.
std::int64_t peakRssBytes();

} // namespace flip
