#pragma once

#include "core/base/result.h"
#include "core/base/worker_pool.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <span>
#include <vector>

namespace flip {

/// A raw table as waves of parsed batches, in the order of the file. Batches of a wave are parsed
/// at once; a record that one of them could not finish is put together with the next. Owned by one
/// thread; format and pool must outlive it.
class RecordStream {
public:
    static constexpr std::size_t kBatchBytes = std::size_t{1} << 18; // stays in a core's cache

    RecordStream(RecordFormat& format, WorkerPool& pool, std::size_t batchBytes = kBatchBytes);

    /// The next batches, none of them unfinished; empty at the end. They live until the next call.
    Result<std::span<RecordBatch>> next();

    /// Reads the bytes of the next wave already. May run beside the use of the last wave, on any
    /// one thread; what is wrong comes with next().
    void readAhead();

private:
    struct Wave {
        std::vector<RecordBatch> batches;
        std::size_t count = 0; // of them in use
        bool last = false;     // nothing follows
        Result<void> read;
    };

    void read(Wave& wave);
    void finishRecords(Wave& wave);
    void parseBehind(const RecordBatch& before, RecordBatch& batch);

    RecordFormat& format_;
    WorkerPool& pool_;
    const std::size_t batchBytes_;
    Wave now_;
    Wave ahead_;
    bool hasAhead_ = false;
    RecordBatch tail_; // raw bytes of a record that the last wave did not finish
};

} // namespace flip
