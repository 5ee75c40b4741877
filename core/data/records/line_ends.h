#pragma once

#include "core/data/records/byte_source.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// The bytes of a delimited text file; where its lines end with a carriage return alone, as old
/// spreadsheets write them, as if they ended with a line feed.
///
/// The first block tells: it holds a carriage return outside of quotes, and no line feed anywhere.
/// From there on every carriage return becomes a line feed, those in quotes too, up to the first
/// line feed of the file: what stands behind it, and a carriage return right before it, stay as
/// they are. All other files stay as they are from the beginning: a carriage return in a quoted
/// field of a file whose lines end with line feeds is a part of the field.
class PlainLineEnds final : public ByteSource {
public:
    static constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

    /// `quote` is one byte, or empty where there is none. A block has at least two bytes.
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
    bool converts_ = false; // the block, and those behind it
    bool atEnd_ = false;    // nothing is behind the block
    std::string block_;
    std::size_t given_ = 0;   // of the block
    bool isHeldBack_ = false; // a carriage return behind the block, until the next byte is known
};

} // namespace flip
