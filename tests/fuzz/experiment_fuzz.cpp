#include "core/spec/options.h"

#include <cstdint>
#include <string>

using namespace flip;

/// Any text gives a recipe or a Problem.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto draft =
        readExperiment({reinterpret_cast<const char*>(data), size}, "experiment.toml");
    if (draft) {
        static_cast<void>(resolve(*draft));
    }
    return 0;
}
