#include "core/eval/score_order.h"

#include "core/base/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cmath>
#include <functional>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kOneBucket = std::size_t{1} << 16; // up to this many rows, one core is faster
constexpr std::size_t kBuckets = 1024;
constexpr std::size_t kSample = 16 * kBuckets;
constexpr std::size_t kBlock = std::size_t{1} << 20; // rows that one core distributes at a time
constexpr int kLowBits = 48; // of a key, below the bits that index firstSplitter_
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::uint64_t twiceBelow(std::span<const std::uint64_t> keys, std::uint64_t key,
                         std::uint64_t before) {
    const auto [first, last] = std::ranges::equal_range(keys, key);
    return 2 * before + static_cast<std::uint64_t>(first - keys.begin()) +
           static_cast<std::uint64_t>(last - keys.begin());
}

} // namespace

/// Keys order like scores: negative numbers with all bits flipped, others with the sign bit
/// flipped.
std::uint64_t ScoreOrder::keyOf(double score) {
    const auto bits = std::bit_cast<std::uint64_t>(score + 0.0); // -0 becomes 0
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double ScoreOrder::scoreOf(std::uint64_t key) {
    return std::bit_cast<double>((key & kSign) != 0 ? key ^ kSign : ~key);
}

std::size_t ScoreOrder::bucketOf(std::uint64_t key) const {
    if (splitters_.empty()) {
        return 0;
    }
    const std::size_t high = key >> kLowBits;
    const auto begin = splitters_.begin() + firstSplitter_[high];
    const auto end = splitters_.begin() + firstSplitter_[high + 1];
    return static_cast<std::size_t>(std::upper_bound(begin, end, key) - splitters_.begin());
}

ScoreOrder::Keys ScoreOrder::positivesOf(std::size_t bucket) const {
    return Keys(keys_).subspan(positivesBelow_[bucket] + negativesBelow_[bucket],
                               positivesBelow_[bucket + 1] - positivesBelow_[bucket]);
}

ScoreOrder::Keys ScoreOrder::negativesOf(std::size_t bucket) const {
    return Keys(keys_).subspan(positivesBelow_[bucket + 1] + negativesBelow_[bucket],
                               negativesBelow_[bucket + 1] - negativesBelow_[bucket]);
}

void ScoreOrder::chooseSplitters(std::span<const double> scores) {
    std::vector<std::uint64_t> sample(kSample);
    std::uint64_t place = 0;
    for (std::uint64_t& key : sample) {
        place += 0x9E3779B97F4A7C15; // spread over all rows, without following a period in them
        key = keyOf(scores[place % scores.size()]);
    }
    std::ranges::sort(sample);
    for (std::size_t i = 1; i < kBuckets; ++i) {
        const std::uint64_t key = sample[i * kSample / kBuckets];
        if (splitters_.empty() || key > splitters_.back()) {
            splitters_.push_back(key);
        } else if (key == splitters_.back()) {
            splitters_.push_back(key + 1); // such a frequent score gets its own bucket
        }
    }
    // The sign, the exponent and four more bits leave few splitters to search.
    firstSplitter_.resize((std::size_t{1} << (64 - kLowBits)) + 1,
                          static_cast<std::uint16_t>(splitters_.size()));
    std::uint16_t next = 0;
    for (std::size_t high = 0; high + 1 < firstSplitter_.size(); ++high) {
        while (next < splitters_.size() && splitters_[next] >> kLowBits < high) {
            ++next;
        }
        firstSplitter_[high] = next;
    }
}

std::optional<ScoreOrder> ScoreOrder::of(std::span<const double> scores,
                                         std::span<const std::uint8_t> labels) {
    assert(scores.size() == labels.size());
    const std::size_t rows = scores.size();
    const bool isSmall = rows <= kOneBucket;
    ScoreOrder order;
    if (!isSmall) {
        order.chooseSplitters(scores);
    }
    WorkerPool pool(isSmall ? 1 : 0);
    const std::size_t buckets = order.splitters_.size() + 1;
    const std::size_t blocks = (rows + kBlock - 1) / kBlock;
    const auto eachRow = [&](std::size_t block, auto work) {
        for (std::size_t row = block * kBlock; row < std::min(rows, (block + 1) * kBlock); ++row) {
            const std::uint64_t key = keyOf(scores[row]);
            work(key, 2 * order.bucketOf(key) + (labels[row] != 0 ? 0 : 1));
        }
    };

    // Positions of a block's rows: after all earlier buckets, then after the earlier blocks.
    std::vector<std::size_t> places(blocks * 2 * buckets, 0);
    std::atomic<bool> valid = true;
    pool.forEach(blocks, [&](std::size_t block) {
        std::size_t* counts = places.data() + block * 2 * buckets;
        bool blockValid = true;
        for (std::size_t row = block * kBlock; row < std::min(rows, (block + 1) * kBlock); ++row) {
            blockValid = blockValid && !std::isnan(scores[row]);
        }
        if (!blockValid) {
            valid = false;
            return;
        }
        eachRow(block, [&](std::uint64_t, std::size_t part) { ++counts[part]; });
    });
    if (!valid) {
        return std::nullopt;
    }
    order.positivesBelow_.assign(buckets + 1, 0);
    order.negativesBelow_.assign(buckets + 1, 0);
    std::size_t next = 0;
    for (std::size_t part = 0; part < 2 * buckets; ++part) {
        const std::size_t begin = next;
        for (std::size_t block = 0; block < blocks; ++block) {
            std::size_t& place = places[block * 2 * buckets + part];
            next += std::exchange(place, next);
        }
        auto& below = part % 2 == 0 ? order.positivesBelow_ : order.negativesBelow_;
        below[part / 2 + 1] = below[part / 2] + (next - begin);
    }

    order.keys_.resize(rows);
    pool.forEach(blocks, [&](std::size_t block) {
        std::size_t* place = places.data() + block * 2 * buckets;
        eachRow(block,
                [&](std::uint64_t key, std::size_t part) { order.keys_[place[part]++] = key; });
    });
    pool.forEach(2 * buckets, [&](std::size_t part) {
        const Keys keys = part % 2 == 0 ? order.positivesOf(part / 2) : order.negativesOf(part / 2);
        const auto begin = order.keys_.begin() + (keys.data() - order.keys_.data());
        const auto end = begin + static_cast<std::ptrdiff_t>(keys.size());
        if (std::adjacent_find(begin, end, std::not_equal_to()) != end) {
            std::sort(begin, end);
        }
    });
    return order;
}

std::uint64_t ScoreOrder::twicePairsWon() const {
    std::uint64_t twiceWon = 0;
    std::uint64_t negativesBelow = 0;
    forEachTie([&](double, std::uint64_t tiedPositives, std::uint64_t tiedNegatives) {
        twiceWon += tiedPositives * (2 * negativesBelow + tiedNegatives);
        negativesBelow += tiedNegatives;
    });
    return twiceWon;
}

std::uint64_t ScoreOrder::twiceNegativesBelow(double score) const {
    const std::uint64_t key = keyOf(score);
    const std::size_t bucket = bucketOf(key);
    return twiceBelow(negativesOf(bucket), key, negativesBelow_[bucket]);
}

std::uint64_t ScoreOrder::twicePositivesBelow(double score) const {
    const std::uint64_t key = keyOf(score);
    const std::size_t bucket = bucketOf(key);
    return twiceBelow(positivesOf(bucket), key, positivesBelow_[bucket]);
}

} // namespace flip
