#pragma once

#include "core/data/records/byte_source.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace flip::fuzz {

/// Bytes in memory as a raw file; a read returns at most `step` of them.
class MemoryBytes final : public ByteSource {
public:
    MemoryBytes(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}

    Result<std::size_t> read(char* target, std::size_t size) override {
        const std::size_t count = std::min({size, step_, bytes_.size() - at_});
        std::memcpy(target, bytes_.data() + at_, count);
        at_ += count;
        return count;
    }

    std::int64_t bytesRead() const override { return static_cast<std::int64_t>(at_); }

private:
    std::string_view bytes_;
    std::size_t step_;
    std::size_t at_ = 0;
};

} // namespace flip::fuzz
