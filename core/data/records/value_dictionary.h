#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The key under which a dictionary finds a value: short values whole, long ones by their hash.
struct ValueKey {
    static constexpr std::size_t kInlineBytes = 8; // longest value stored in `head`

    std::uint64_t head = 0;
    std::uint32_t begin = 0; // of the value in its text
    std::uint32_t size = 0;

    /// The key of a part of `text`; at least kInlineBytes bytes after it must be readable.
    static ValueKey of(const char* text, std::uint32_t begin, std::uint32_t size) {
        if (size > kInlineBytes) {
            return {hashOf({text + begin, size}), begin, size};
        }
        std::uint64_t head = 0;
        std::memcpy(&head, text + begin, kInlineBytes);
        // A shift by all 64 bits is undefined, so the empty value is handled separately.
        const std::uint64_t mask = size == 0 ? 0 : ~std::uint64_t{0} >> (8 * (kInlineBytes - size));
        return {head & mask, begin, size};
    }

private:
    static std::uint64_t hashOf(std::string_view value);
};

/// Distinct values, numbered from 0 in order of first appearance. All bytes are in one string, as
/// on disk. Owned by one thread; views are valid until a new value is added.
class ValueDictionary {
public:
    static constexpr std::uint32_t kMaxValues = 0xFFFFFFFE;

    ValueDictionary();

    /// The number of the value, a new one if it is not known yet; nothing beyond kMaxValues.
    std::optional<std::uint32_t> add(std::string_view value);

    /// The numbers of many values of one text, in order; false beyond kMaxValues.
    bool addAll(const char* text, std::span<const ValueKey> keys, std::uint32_t* codes);

    /// The number of a known value.
    std::optional<std::uint32_t> find(std::string_view value) const;

    std::string_view value(std::uint32_t code) const;
    std::uint32_t size() const { return static_cast<std::uint32_t>(offsets_.size() - 1); }

    const std::string& bytes() const { return bytes_; }
    const std::vector<std::uint64_t>& offsets() const { return offsets_; } // [size() + 1]

private:
    struct Slot {
        std::uint64_t head;
        std::uint32_t size;
        std::uint32_t code; // kMaxValues + 1: free
    };

    std::size_t home(const ValueKey& key) const;
    std::size_t slotOf(const char* text, const ValueKey& key) const;
    std::uint32_t codeOf(const char* text, const ValueKey& key);
    void grow();

    std::vector<Slot> slots_; // open addressing, linear probing, at most half full
    std::vector<std::uint64_t> offsets_;
    std::string bytes_;
    std::uint64_t secret_; // so that no file can be crafted whose values all collide
};

} // namespace flip
