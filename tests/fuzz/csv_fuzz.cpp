#include "core/data/records/csv_records.h"
#include "core/data/records/record_stream.h"
#include "tests/fuzz/memory_bytes.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace flip;

namespace {

/// All cells, records and bad lines of a text, in a form that can be compared.
std::string readAll(std::string_view bytes, const CsvFormat& format, std::size_t batchBytes,
                    WorkerPool& pool) {
    auto records = CsvRecords::open(std::make_unique<fuzz::MemoryBytes>(bytes, batchBytes), format,
                                    /*header=*/false, /*columns=*/{}, "fuzz.csv");
    if (!records) {
        return records.problem().text();
    }
    RecordStream stream(**records, pool, batchBytes);
    std::string cells;
    std::string defects;
    for (;;) {
        const auto wave = stream.next();
        if (!wave) {
            return wave.problem().text();
        }
        if (wave->empty()) {
            return cells + "\n" + defects;
        }
        for (const RecordBatch& batch : *wave) {
            for (std::size_t r = 0; r < batch.records(); ++r) {
                cells += std::to_string(batch.firstLine + batch.lines[r]);
                for (std::size_t c = batch.firstCells[r]; c < batch.firstCells[r + 1]; ++c) {
                    cells += "|" + std::string(batch.cell(batch.cells[c]));
                }
                cells += "\n";
            }
            for (const RecordBatch::Defect& defect : batch.defects) {
                defects += std::to_string(batch.firstLine + defect.line) + defect.reason + "\n";
            }
        }
    }
}

} // namespace

/// Reading never fails, and the result does not depend on the batch size. The first byte chooses
/// the format.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static WorkerPool pool(1);
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    CsvFormat format;
    format.delimiter = (data[0] & 1) != 0 ? "," : "::";
    format.quote = (data[0] & 2) != 0 ? "\"" : "";
    format.escape = (data[0] & 4) != 0 && !format.quote.empty() ? "\\" : "";
    format.encoding = (data[0] & 8) != 0 ? TextEncoding::Latin1 : TextEncoding::Utf8;
    format.maxFieldBytes = (data[0] & 16) != 0 ? 20 : 1 << 20;
    if (readAll(text, format, 1 + data[0] % 40, pool) !=
        readAll(text, format, std::size_t{1} << 18, pool)) {
        std::abort();
    }
    return 0;
}
