#pragma once

#include "core/data/records/byte_source.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// The bytes of a delimited text file; where its lines end with a carriage return alone, as old
/// spreadsheets write them, as if they ended with a line feed. The first bytes tell: they hold a
/// carriage return outside of quotes and no line feed.
class PlainLineEnds final : public ByteSource {
public:
    /// `quote` is one byte, or empty where there is none.
    PlainLineEnds(std::unique_ptr<ByteSource> source, std::string_view quote);

    Result<std::size_t> read(char* target, std::size_t size) override;
    std::int64_t bytesRead() const override { return source_->bytesRead(); }

private:
    Result<void> readHead();

    std::unique_ptr<ByteSource> source_;
    char quote_; // zero: none
    bool begun_ = false;
    bool converts_ = false;
    std::string head_;
    std::size_t given_ = 0; // of the head
};

} // namespace flip
