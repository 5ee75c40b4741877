#include "core/text/tokenizer/byte_pair_merges.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <limits>

namespace flip {

namespace {

/// Longer words use a heap.
constexpr std::size_t kShortWord = 48;

constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

std::uint64_t pairOf(std::int32_t left, std::int32_t right) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) |
           static_cast<std::uint32_t>(right);
}

std::size_t hashOf(std::uint64_t pair) {
    pair *= 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(pair ^ (pair >> 32));
}

} // namespace

BytePairMerges::BytePairMerges(std::span<const Merge> merges)
    : slots_(std::bit_ceil(2 * merges.size() + 2)) {
    const std::size_t mask = slots_.size() - 1;
    std::uint32_t rank = 0;
    for (const Merge& merge : merges) {
        const std::uint64_t pair = pairOf(merge.left, merge.right);
        std::size_t at = hashOf(pair) & mask;
        while (slots_[at].pair != kNoPair && slots_[at].pair != pair) {
            at = (at + 1) & mask;
        }
        slots_[at] = {pair, rank++, merge.merged};
    }
}

/// The pair's slot, or a free one.
const BytePairMerges::Slot& BytePairMerges::find(std::int32_t left, std::int32_t right) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t pair = pairOf(left, right);
    std::size_t at = hashOf(pair) & mask;
    while (slots_[at].pair != pair && slots_[at].pair != kNoPair) {
        at = (at + 1) & mask;
    }
    return slots_[at];
}

void BytePairMerges::apply(std::vector<Symbol>& word) const {
    if (word.size() <= kShortWord) {
        applyToShort(word);
    } else {
        applyToLong(word);
    }
}

void BytePairMerges::applyToShort(std::vector<Symbol>& word) const {
    std::array<std::uint32_t, kShortWord> ranks; // of a symbol and its right neighbour
    std::array<std::int32_t, kShortWord> merged;
    std::size_t size = word.size();
    const auto look = [&](std::size_t at) {
        const Slot& slot = find(word[at].id, word[at + 1].id);
        ranks[at] = slot.pair == kNoPair ? kNever : slot.rank;
        merged[at] = slot.merged;
    };
    for (std::size_t at = 0; at + 1 < size; ++at) {
        look(at);
    }
    while (size > 1) {
        const auto end = ranks.begin() + static_cast<std::ptrdiff_t>(size - 1);
        const auto best = std::min_element(ranks.begin(), end);
        if (*best == kNever) {
            break;
        }
        const auto at = static_cast<std::size_t>(best - ranks.begin());
        word[at] = {merged[at], word[at].length + word[at + 1].length};
        --size;
        for (std::size_t next = at + 1; next < size; ++next) {
            word[next] = word[next + 1];
            if (next + 1 < size) {
                ranks[next] = ranks[next + 1];
                merged[next] = merged[next + 1];
            }
        }
        if (at > 0) {
            look(at - 1);
        }
        if (at + 1 < size) {
            look(at);
        }
    }
    word.resize(size);
}

void BytePairMerges::applyToLong(std::vector<Symbol>& word) const {
    const auto size = static_cast<std::uint32_t>(word.size());
    std::vector<std::uint32_t> previous(size);
    std::vector<std::uint32_t> next(size);
    for (std::uint32_t at = 0; at < size; ++at) {
        previous[at] = at == 0 ? kNowhere : at - 1;
        next[at] = at + 1 == size ? kNowhere : at + 1;
    }
    // Possible merges by rank, then by position; an entry whose pair has changed is stale.
    std::vector<std::uint64_t> heap;
    const auto entry = [&](std::uint32_t at) {
        const Slot& slot = find(word[at].id, word[next[at]].id);
        return slot.pair == kNoPair ? kNoPair : (std::uint64_t{slot.rank} << 32) | at;
    };
    const auto push = [&](std::uint32_t at) {
        if (const std::uint64_t found = entry(at); found != kNoPair) {
            heap.push_back(found);
            std::push_heap(heap.begin(), heap.end(), std::greater<>());
        }
    };
    for (std::uint32_t at = 0; at + 1 < size; ++at) {
        if (const std::uint64_t found = entry(at); found != kNoPair) {
            heap.push_back(found);
        }
    }
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        const std::uint64_t top = heap.back();
        heap.pop_back();
        const auto at = static_cast<std::uint32_t>(top);
        if (word[at].length == 0 || next[at] == kNowhere || entry(at) != top) {
            continue;
        }
        const std::uint32_t right = next[at];
        word[at] = {find(word[at].id, word[right].id).merged, word[at].length + word[right].length};
        word[right].length = 0;
        next[at] = next[right];
        if (next[at] != kNowhere) {
            previous[next[at]] = at;
            push(at);
        }
        if (previous[at] != kNowhere) {
            push(previous[at]);
        }
    }
    std::erase_if(word, [](const Symbol& symbol) { return symbol.length == 0; });
}

} // namespace flip
