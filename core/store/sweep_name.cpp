#include "core/store/sweep_name.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace flip {

std::string sweepRunName(std::string_view prefix, std::int64_t number) {
    return fmt::format("{}-{:03}", prefix, number);
}

std::optional<std::int64_t> numberInSweep(std::string_view run, std::string_view prefix) {
    if (!run.starts_with(prefix) || run.size() < prefix.size() + 4) {
        return std::nullopt;
    }
    const std::string_view digits = run.substr(prefix.size() + 1);
    std::int64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || number < 1) {
        return std::nullopt;
    }
    // Only the name that a sweep would give: neither "x-0001" nor "x_001".
    return sweepRunName(prefix, number) == run ? std::optional(number) : std::nullopt;
}

std::string sweepOfRun(std::string_view run) {
    const std::string_view prefix = run.substr(0, run.rfind('-'));
    return std::string(numberInSweep(run, prefix) ? prefix : run);
}

} // namespace flip
