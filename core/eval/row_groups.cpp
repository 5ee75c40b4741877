#include "core/eval/row_groups.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace flip {

RowGroups::RowGroups(std::span<const std::uint32_t> codes) : rows_(codes.size()) {
    assert(codes.size() <= std::numeric_limits<std::uint32_t>::max());
    const std::uint64_t largest = codes.empty() ? 0 : *std::ranges::max_element(codes);
    if (largest <= 16 * std::uint64_t{codes.size()} + 1024) {
        std::vector<std::uint32_t> next(largest + 2, 0);
        for (const std::uint32_t code : codes) {
            ++next[code + 1];
        }
        std::partial_sum(next.begin(), next.end(), next.begin());
        for (std::size_t code = 0; code <= largest; ++code) {
            if (next[code] != next[code + 1]) {
                codes_.push_back(static_cast<std::uint32_t>(code));
                begins_.push_back(next[code]);
            }
        }
        for (std::size_t row = 0; row < codes.size(); ++row) {
            rows_[next[codes[row]]++] = static_cast<std::uint32_t>(row);
        }
    } else {
        std::iota(rows_.begin(), rows_.end(), 0U);
        std::ranges::stable_sort(rows_, {}, [&](std::uint32_t row) { return codes[row]; });
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (i == 0 || codes[rows_[i]] != codes[rows_[i - 1]]) {
                codes_.push_back(codes[rows_[i]]);
                begins_.push_back(static_cast<std::uint32_t>(i));
            }
        }
    }
    begins_.push_back(static_cast<std::uint32_t>(rows_.size()));
}

} // namespace flip
