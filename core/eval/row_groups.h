#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// Rows grouped by the code of a value: groups in ascending order of code, the rows of each in the
/// given order. At most 2^32 - 1 rows. Takes linear time if no code is larger than a few times the
/// number of rows, else O(n log n).
class RowGroups {
public:
    explicit RowGroups(std::span<const std::uint32_t> codes);

    std::size_t size() const { return codes_.size(); }
    std::uint32_t code(std::size_t group) const { return codes_[group]; }
    std::span<const std::uint32_t> rows(std::size_t group) const {
        return std::span(rows_).subspan(begins_[group], begins_[group + 1] - begins_[group]);
    }

private:
    std::vector<std::uint32_t> codes_;  // [groups]
    std::vector<std::uint32_t> begins_; // [groups + 1], in rows_
    std::vector<std::uint32_t> rows_;
};

} // namespace flip
