#pragma once

#include "core/base/result.h"
#include "core/base/worker_pool.h"
#include "core/data/records/csv_records.h"
#include "core/data/records/record_stream.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// One record in UTF-8. The views are valid until the next call of next().
struct CsvRecord {
    std::vector<std::string_view> fields;
    std::int64_t line = 0;   // the line where it starts, from 1
    std::string_view defect; // if not empty: why the line is bad; it has no fields
};

/// Reads a delimited text file record by record; records may have any number of fields. Memory is
/// bounded by the largest record. Owned by one thread.
class CsvReader {
public:
    /// Problems name the file as `shownName`: "ratings.csv:17".
    static Result<CsvReader> open(const std::filesystem::path& file, CsvFormat format,
                                  std::string shownName);

    /// Reads the next record; false at the end.
    Result<bool> next(CsvRecord& record);

    std::int64_t bytesRead() const { return parts_->records->bytesRead(); }
    std::string where(std::int64_t line) const { return name_ + ":" + std::to_string(line); }

private:
    /// On the heap, since the stream holds references to the others.
    struct Parts {
        std::unique_ptr<CsvRecords> records;
        WorkerPool pool{1};
        std::unique_ptr<RecordStream> stream;
    };

    CsvReader() = default;

    std::unique_ptr<Parts> parts_;
    std::string name_;
    std::span<RecordBatch> batches_; // those not fully read
    std::size_t record_ = 0;         // next record of the first batch
    std::size_t defect_ = 0;
};

} // namespace flip
