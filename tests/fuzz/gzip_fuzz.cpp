#include "core/data/records/gzip_bytes.h"
#include "tests/fuzz/memory_bytes.h"

#include <array>
#include <cstdint>
#include <memory>

using namespace flip;

/// Any bytes can be unpacked or give a Problem, and unpacking ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes =
        unpackGzip(std::make_unique<fuzz::MemoryBytes>(
                       std::string_view(reinterpret_cast<const char*>(data), size), 1 + size % 100),
                   "fuzz.gz");
    std::array<char, 1000> block;
    for (;;) {
        const auto count = bytes->read(block.data(), block.size());
        if (!count || *count == 0) {
            return 0;
        }
    }
}
