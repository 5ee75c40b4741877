#include "core/base/text_encoding.h"
#include "core/data/records/json_lines.h"
#include "core/data/records/record_stream.h"
#include "tests/fuzz/memory_bytes.h"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace flip;

namespace {

/// All records and bad lines of a text, in a form that can be compared.
std::string readAll(std::string_view bytes, std::size_t batchBytes, WorkerPool& pool) {
    JsonLines format(
        std::make_unique<fuzz::MemoryBytes>(bytes, batchBytes),
        {{"a"}, {"b.a"}, {"a.*", true}, {"a.0"}, {"a.*.b"}, {"b.*.*", true}, {"a.b.0.*"}}, "|");
    RecordStream stream(format, pool, batchBytes);
    const std::size_t columns = format.columns().size();
    std::string records;
    std::string defects;
    for (;;) {
        const auto wave = stream.next();
        if (!wave) {
            return wave.problem().text();
        }
        if (wave->empty()) {
            return records + "\n" + defects;
        }
        for (const RecordBatch& batch : *wave) {
            for (std::size_t r = 0; r < batch.records(); ++r) {
                records += std::to_string(batch.firstLine + batch.lines[r]);
                for (std::size_t c = 0; c < columns; ++c) {
                    const std::string_view cell = batch.cell(batch.cells[r * columns + c]);
                    if (!isUtf8(cell)) {
                        std::abort();
                    }
                    records += "|" + std::string(cell);
                }
            }
            for (const RecordBatch::Defect& defect : batch.defects) {
                defects += std::to_string(batch.firstLine + defect.line) + defect.reason + "\n";
            }
        }
    }
}

} // namespace

/// Reading never fails, every cell is valid UTF-8, and the result does not depend on the batch
/// size.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static WorkerPool pool(1);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (readAll(text, 1 + size % 40, pool) != readAll(text, std::size_t{1} << 18, pool)) {
        std::abort();
    }
    return 0;
}
