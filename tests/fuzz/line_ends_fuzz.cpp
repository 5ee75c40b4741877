#include "core/data/records/line_ends.h"
#include "tests/fuzz/line_ends_reference.h"
#include "tests/fuzz/memory_bytes.h"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace flip;

/// The bytes follow the rule, whatever the sizes of blocks and reads. The first two bytes choose
/// these sizes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t blockBytes = 2 + data[0] % 64;
    const std::size_t step = 1 + data[1] % 16;
    PlainLineEnds lines(std::make_unique<fuzz::MemoryBytes>(text, step), "\"", blockBytes);
    if (fuzz::allBytes(lines, 1 + data[1] / 16) != fuzz::plainLineEnds(text, '"', blockBytes)) {
        std::abort();
    }
    return 0;
}
