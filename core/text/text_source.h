#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace flip {

/// Rows of coded values, as a template reads them. Must not change while it is read; any thread.
class TextSource {
public:
    virtual ~TextSource() = default;

    virtual std::int64_t rows() const = 0;
    virtual int fields() const = 0;
    virtual std::int64_t values(int field) const = 0; // distinct ones; their codes count from 0
    virtual std::string_view value(int field, std::uint32_t code) const = 0;
    virtual std::span<const std::uint32_t> codes(int field) const = 0; // [rows]
};

} // namespace flip
