#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// The merges of a byte-pair vocabulary, applied to words (Sennrich et al. 2016). Immutable; any
/// thread.
class BytePairMerges {
public:
    struct Merge {
        std::int32_t left = 0;
        std::int32_t right = 0;
        std::int32_t merged = 0; // the piece the two become
    };

    /// A piece of a word and the length that it covers.
    struct Symbol {
        std::int32_t id = 0;
        std::int32_t length = 0;
    };

    /// `merges` in order; of two merges of the same pair the later counts.
    explicit BytePairMerges(std::span<const Merge> merges);

    /// Merges neighbours until no merge applies: the first merge in the list first, then the
    /// leftmost pair. Takes n log n time for a word of n pieces.
    void apply(std::vector<Symbol>& word) const;

private:
    struct Slot {
        std::uint64_t pair = kNoPair;
        std::uint32_t rank = 0;
        std::int32_t merged = 0;
    };

    static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};

    const Slot& find(std::int32_t left, std::int32_t right) const;
    void applyToShort(std::vector<Symbol>& word) const;
    void applyToLong(std::vector<Symbol>& word) const;

    std::vector<Slot> slots_; // a power of two, at most half full
};

} // namespace flip
