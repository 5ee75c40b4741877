#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

/// The name of a sweep's run: PREFIX-001, PREFIX-002, ..., four digits from the thousandth on.
std::string sweepRunName(std::string_view prefix, std::int64_t number);

/// Which run of that sweep has this name; nothing if none has.
std::optional<std::int64_t> numberInSweep(std::string_view run, std::string_view prefix);

} // namespace flip
