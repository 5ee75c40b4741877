#include "core/data/import/schema_file.h"

#include <cstdint>
#include <string_view>

using namespace flip;

/// Any text gives a schema or a Problem.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto schema = parseSchema({reinterpret_cast<const char*>(data), size}, "schema.toml");
    if (schema) {
        for (const TableSchema& table : schema->tables) {
            static_cast<void>(schema->columnsOf(table.name));
        }
    }
    return 0;
}
