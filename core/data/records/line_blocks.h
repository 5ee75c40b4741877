#pragma once

#include "core/base/result.h"
#include "core/data/records/byte_source.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace flip {

/// Splits a text into batches of whole lines; a byte order mark at its beginning is skipped. A line
/// that is too long becomes a defect, so that memory stays bounded. Owned by one thread.
class LineBlocks {
public:
    /// Longer lines are left out.
    static constexpr std::size_t kMostLineBytes = std::size_t{64} << 20;

    explicit LineBlocks(std::unique_ptr<ByteSource> source,
                        std::size_t mostLineBytes = kMostLineBytes)
        : source_(std::move(source)), mostLineBytes_(mostLineBytes) {}

    /// Fills a cleared batch with the next lines, about `wantedBytes` bytes, or with just one line
    /// if that is 0; false at the end. A line that is left out gets a batch of its own.
    Result<bool> read(RecordBatch& batch, std::size_t wantedBytes);

    std::int64_t bytesRead() const { return source_->bytesRead(); }

private:
    Result<void> skipByteOrderMark();
    Result<std::size_t> readMore(std::string& text, std::size_t bytes);
    Result<bool> skipLine(RecordBatch& batch);

    std::unique_ptr<ByteSource> source_;
    std::size_t mostLineBytes_;
    std::string rest_; // bytes of an incomplete line
    std::int64_t line_ = 1;
    bool begun_ = false;
    bool atEnd_ = false;
};

} // namespace flip
