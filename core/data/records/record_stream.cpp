#include "core/data/records/record_stream.h"

#include <algorithm>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kBatchesPerThread = 4; // so that no thread waits long for the slowest

/// The bytes of a batch's unfinished record, as a batch of their own.
RecordBatch tailOf(const RecordBatch& batch) {
    RecordBatch tail;
    tail.text = batch.text.substr(batch.rawBytes - batch.unfinished, batch.unfinished);
    tail.rawBytes = batch.unfinished;
    tail.lineCount = std::count(tail.text.begin(), tail.text.end(), '\n');
    tail.firstLine = batch.firstLine + batch.lineCount - tail.lineCount;
    return tail;
}

/// Whether a batch only marks a line that was left out.
bool isGap(const RecordBatch& batch) {
    return batch.rawBytes == 0;
}

} // namespace

RecordStream::RecordStream(RecordFormat& format, WorkerPool& pool, std::size_t batchBytes)
    : format_(format), pool_(pool), batchBytes_(batchBytes) {}

Result<std::span<RecordBatch>> RecordStream::next() {
    for (;;) {
        if (!hasAhead_) {
            readAhead();
        }
        hasAhead_ = false;
        std::swap(now_, ahead_);
        if (!now_.read) {
            return now_.read.problem();
        }
        pool_.forEach(now_.count, [this](std::size_t i) { format_.parse(now_.batches[i]); });
        finishRecords(now_);
        if (now_.count > 0 || now_.last) {
            return std::span(now_.batches).first(now_.count);
        }
    }
}

void RecordStream::readAhead() {
    read(ahead_);
    hasAhead_ = true;
}

void RecordStream::read(Wave& wave) {
    wave.count = 0;
    wave.read = {};
    wave.last = now_.last;
    const std::size_t most = pool_.threads() * kBatchesPerThread;
    while (wave.count < most && !wave.last) {
        if (wave.batches.size() == wave.count) {
            wave.batches.emplace_back();
        }
        RecordBatch& batch = wave.batches[wave.count];
        batch.clear();
        const auto found = format_.read(batch, batchBytes_);
        if (!found) {
            wave.read = found.problem();
            return;
        }
        wave.last = !*found || batch.last;
        wave.count += *found ? 1 : 0;
    }
}

void RecordStream::finishRecords(Wave& wave) {
    std::size_t kept = 0; // complete batches
    for (std::size_t i = 0; i < wave.count; ++i) {
        RecordBatch& batch = wave.batches[i];
        if (tail_.rawBytes > 0 && !isGap(batch)) {
            parseWithTail(tail_, batch);
            tail_.clear();
        }
        if (batch.unfinished > 0) {
            tail_ = tailOf(batch);
        }
        if (kept != i) {
            std::swap(wave.batches[kept], batch);
        }
        // A very long record accumulates in the tail until it ends or is too long.
        const RecordBatch& done = wave.batches[kept];
        kept += done.records() > 0 || !done.defects.empty() ? 1 : 0;
    }
    wave.count = kept;
    if (wave.last && tail_.rawBytes > 0) {
        if (wave.batches.size() == wave.count) {
            wave.batches.emplace_back();
        }
        RecordBatch& rest = wave.batches[wave.count++];
        std::swap(rest, tail_);
        tail_.clear();
        rest.last = true;
        format_.parse(rest);
    }
}

void RecordStream::parseWithTail(const RecordBatch& tail, RecordBatch& batch) {
    RecordBatch whole;
    whole.text.reserve(tail.rawBytes + batch.rawBytes + 64);
    whole.text.append(tail.text, 0, tail.rawBytes).append(batch.text, 0, batch.rawBytes);
    whole.rawBytes = whole.text.size();
    whole.firstLine = tail.firstLine;
    whole.lineCount = tail.lineCount + batch.lineCount;
    whole.last = batch.last;
    format_.parse(whole);
    batch = std::move(whole);
}

} // namespace flip
