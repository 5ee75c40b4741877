#include "core/train/noise_sampler.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace flip {

NoiseSampler::NoiseSampler(const std::vector<std::int64_t>& counts)
    : keep_(counts.size()), alias_(counts.size()) {
    const double total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    assert(total > 0);
    std::vector<std::int32_t> poor;
    std::vector<std::int32_t> rich;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        keep_[i] = static_cast<double>(counts[i]) * static_cast<double>(counts.size()) / total;
        alias_[i] = static_cast<std::int32_t>(i);
        (keep_[i] < 1.0 ? poor : rich).push_back(static_cast<std::int32_t>(i));
    }
    while (!poor.empty() && !rich.empty()) {
        const auto low = static_cast<std::size_t>(poor.back());
        const auto high = static_cast<std::size_t>(rich.back());
        poor.pop_back();
        alias_[low] = static_cast<std::int32_t>(high);
        keep_[high] -= 1.0 - keep_[low];
        if (keep_[high] < 1.0) {
            rich.pop_back();
            poor.push_back(static_cast<std::int32_t>(high));
        }
    }
    // The remaining columns are full, up to rounding.
    for (const std::int32_t i : poor) {
        keep_[static_cast<std::size_t>(i)] = counts[static_cast<std::size_t>(i)] == 0 ? 0.0 : 1.0;
    }
    for (const std::int32_t i : rich) {
        keep_[static_cast<std::size_t>(i)] = 1.0;
    }
}

std::int64_t NoiseSampler::draw(RandomStream& random) const {
    const auto column = static_cast<std::size_t>(random.below(keep_.size()));
    return first_ +
           (random.uniform() < keep_[column] ? static_cast<std::int64_t>(column) : alias_[column]);
}

std::vector<NoiseSampler> NoiseSampler::ofFields(const std::vector<std::int64_t>& counts,
                                                 const std::vector<IdField>& fields) {
    const std::vector<std::int64_t> all = sharedCounts(counts, fields);
    std::vector<NoiseSampler> samplers;
    for (std::size_t field = 0; field < fields.size(); ++field) {
        const std::int64_t first = fields[field].firstId;
        const auto end =
            field + 1 < fields.size() ? all.begin() + fields[field + 1].firstId : all.end();
        std::vector<std::int64_t> own(all.begin() + first, end);
        if (std::all_of(own.begin(), own.end(), [](std::int64_t count) { return count == 0; })) {
            std::fill(own.begin(), own.end(), 1);
        }
        samplers.emplace_back(own).first_ = first;
    }
    return samplers;
}

} // namespace flip
