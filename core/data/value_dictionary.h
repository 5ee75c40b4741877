#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Distinct values, numbered from 0 in the order in which they were first met. All bytes stand in
/// one string, as they do on the disk. Owned by one thread; views live until the next value().
class ValueDictionary {
public:
    static constexpr std::uint32_t kMaxValues = 0xFFFFFFFE;

    ValueDictionary();

    /// The number of the value, a new one if it was not met before; nothing beyond kMaxValues.
    std::optional<std::uint32_t> add(std::string_view value);

    /// The number of a value met before.
    std::optional<std::uint32_t> find(std::string_view value) const;

    std::string_view value(std::uint32_t code) const;
    std::uint32_t size() const { return static_cast<std::uint32_t>(offsets_.size() - 1); }

    const std::string& bytes() const { return bytes_; }
    const std::vector<std::uint64_t>& offsets() const { return offsets_; } // [size() + 1]

private:
    struct Slot {
        std::uint32_t code; // kMaxValues + 1: free
        std::uint32_t hash; // upper half, so that most mismatches need no look at the bytes
    };

    std::size_t slotOf(std::string_view value, std::uint64_t hash) const;
    void grow();

    std::vector<Slot> slots_; // open addressing, linear probing, at most half full
    std::vector<std::uint64_t> offsets_;
    std::string bytes_;
};

} // namespace flip
