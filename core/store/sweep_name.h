#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

/// The name of a sweep's run: PREFIX-001, PREFIX-002, ..., four digits from the thousandth on.
std::string sweepRunName(std::string_view prefix, std::int64_t number);

/// The PREFIX of such a name; any other name is returned whole.
std::string sweepOfRun(std::string_view run);

/// The number of the run of this name in the sweep; nothing if the name is not one of the sweep.
std::optional<std::int64_t> numberInSweep(std::string_view run, std::string_view prefix);

} // namespace flip
