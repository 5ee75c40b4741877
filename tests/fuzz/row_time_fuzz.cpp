#include "core/data/import/row_time.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace flip;

namespace {

std::string printed(const RowTime& time) {
    std::string text = std::to_string(time.digits < 0 ? -time.digits : time.digits);
    const auto decimals = static_cast<std::size_t>(time.decimals);
    if (text.size() <= decimals) {
        text.insert(0, decimals + 1 - text.size(), '0');
    }
    return (time.digits < 0 ? "-" : "") + text.insert(text.size() - decimals, ".");
}

} // namespace

/// Any text gives a time or nothing; a time that is printed and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto time = parseRowTime({reinterpret_cast<const char*>(data), size});
    if (!time) {
        return 0;
    }
    RowTime expected = *time;
    expected.isCut = false; // what is printed has no more decimals
    if (time->decimals < 0 || time->decimals > RowTime::kMaxDecimals ||
        parseRowTime(printed(*time)) != expected) {
        std::abort();
    }
    return 0;
}
