#include "core/data/click_history.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace flip {

ClickHistory::ClickHistory(const Dataset& dataset, int user) : dataset_(dataset), user_(user) {
    assert(!dataset.times().empty());
    const auto codes = dataset.codes(user);
    const auto labels = dataset.labels();
    const auto splits = dataset.splits();
    const auto times = dataset.times();
    const auto isClick = [&](std::size_t row) {
        return splits[row] == static_cast<std::uint8_t>(Split::Train) && labels[row] != 0 &&
               !dataset.value(user, codes[row]).empty();
    };
    starts_.assign(dataset.idOfCode(user).size() + 1, 0);
    for (std::size_t row = 0; row < codes.size(); ++row) {
        starts_[std::size_t{codes[row]} + 1] += isClick(row) ? 1 : 0;
    }
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    clicks_.resize(static_cast<std::size_t>(starts_.back()));
    std::vector<std::int64_t> next(starts_.begin(), starts_.end() - 1);
    for (std::size_t row = 0; row < codes.size(); ++row) {
        if (isClick(row)) {
            clicks_[static_cast<std::size_t>(next[codes[row]]++)] = static_cast<std::int64_t>(row);
        }
    }
    for (std::size_t code = 0; code + 1 < starts_.size(); ++code) {
        std::stable_sort(clicks_.begin() + starts_[code], clicks_.begin() + starts_[code + 1],
                         [&](std::int64_t a, std::int64_t b) {
                             return times[static_cast<std::size_t>(a)] <
                                    times[static_cast<std::size_t>(b)];
                         });
    }
}

std::span<const std::int64_t> ClickHistory::before(std::int64_t row, std::int64_t limit) const {
    const auto times = dataset_.times();
    const std::size_t code = dataset_.codes(user_)[static_cast<std::size_t>(row)];
    const auto first = clicks_.begin() + starts_[code];
    const auto end = std::lower_bound(first, clicks_.begin() + starts_[code + 1],
                                      times[static_cast<std::size_t>(row)],
                                      [&](std::int64_t click, std::int64_t time) {
                                          return times[static_cast<std::size_t>(click)] < time;
                                      });
    return {end - std::min<std::ptrdiff_t>(end - first, limit), end};
}

} // namespace flip
