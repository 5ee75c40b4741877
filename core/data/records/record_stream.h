#pragma once

#include "core/base/result.h"
#include "core/base/worker_pool.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <span>
#include <vector>

namespace flip {

/// A raw table as waves of parsed batches, in file order. The batches of a wave are parsed in
/// parallel; a record that continues in the next batch is parsed together with it. Owned by one
/// thread; format and pool must outlive it.
class RecordStream {
public:
    static constexpr std::size_t kBatchBytes = std::size_t{1} << 18; // fits into a core's cache

    RecordStream(RecordFormat& format, WorkerPool& pool, std::size_t batchBytes = kBatchBytes);

    /// The next batches, none of them unfinished; empty at the end. They are valid until the next
    /// call.
    Result<std::span<RecordBatch>> next();

    /// Reads the bytes of the next wave in advance. May run on any one thread while the last wave
    /// is in use; next() returns a Problem that occurs.
    void readAhead();

private:
    struct Wave {
        std::vector<RecordBatch> batches;
        std::size_t count = 0; // batches in use
        bool last = false;     // nothing follows
        Result<void> read;
    };

    void read(Wave& wave);
    void finishRecords(Wave& wave);
    void parseWithTail(const RecordBatch& tail, RecordBatch& batch);

    RecordFormat& format_;
    WorkerPool& pool_;
    const std::size_t batchBytes_;
    Wave now_;
    Wave ahead_;
    bool hasAhead_ = false;
    RecordBatch tail_; // raw bytes of a record that the last wave did not finish
};

} // namespace flip
