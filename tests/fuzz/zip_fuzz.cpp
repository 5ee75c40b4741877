#include "core/formats/zip_records.h"

#include <cstdint>
#include <string_view>

using namespace flip;

/// Any bytes give an archive or a Problem; the records of an archive can be read to their last
/// byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    if (const auto records = readZipRecords(file, "fuzz.bin")) {
        for (const auto& [name, record] : *records) {
            static_cast<void>(record.isSound());
        }
    }
    return 0;
}
