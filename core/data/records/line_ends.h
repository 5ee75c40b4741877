#pragma once

#include "core/data/records/byte_source.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// The bytes of a delimited text file. If its lines end with a carriage return alone, as old
/// spreadsheets write them, they are converted to end with a line feed.
///
/// The first block decides: a file is converted if the block contains a carriage return outside of
/// quotes and no line feed. Then every carriage return becomes a line feed, including those in
/// quotes, up to the first line feed of the file; what follows it, and a carriage return right
/// before it, stay unchanged. All other files stay unchanged: in a file whose lines end with line
/// feeds, a carriage return in a quoted field is part of the field.
class PlainLineEnds final : public ByteSource {
public:
    static constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

    /// `quote` is one byte, or empty if there is no quoting. A block has at least two bytes.
    PlainLineEnds(std::unique_ptr<ByteSource> source, std::string_view quote,
                  std::size_t blockBytes = kBlockBytes);

    Result<std::size_t> read(char* target, std::size_t size) override;
    std::int64_t bytesRead() const override { return source_->bytesRead(); }

private:
    Result<void> readBlock();
    bool hasCarriageReturnLines() const;
    void convertBlock();

    std::unique_ptr<ByteSource> source_;
    char quote_; // zero: none
    const std::size_t blockBytes_;
    bool begun_ = false;
    bool converts_ = false; // the block and those after it
    bool atEnd_ = false;    // nothing follows the block
    std::string block_;
    std::size_t given_ = 0;   // bytes of the block already returned
    bool isHeldBack_ = false; // a carriage return after the block, until the next byte is known
};

} // namespace flip
