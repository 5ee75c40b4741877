#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace flip {

/// Finds the longest piece that a text begins with: one hash per byte, then one lookup per length.
/// Keeps references to the pieces, which must outlive it. Immutable once filled; any thread.
class PieceTable {
public:
    /// Bytes of the longest piece that may be added.
    static constexpr std::size_t kLongest = 512;

    struct Found {
        std::int32_t id = -1; // below 0: the text begins with no piece
        std::size_t length = 0;
    };

    explicit PieceTable(std::size_t pieces);

    /// Adds a piece of 1 to kLongest bytes; of duplicates the later counts.
    void add(std::string_view piece, std::int32_t id);

    Found longestPrefix(std::string_view text) const;

    /// The piece's id, or -1.
    std::int32_t find(std::string_view piece) const;

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::int32_t entry = -1;
    };
    struct Entry {
        std::string_view piece;
        std::int32_t id;
    };

    std::int32_t lookUp(std::uint64_t hash, std::string_view piece) const;

    std::vector<Slot> slots_; // a power of two, at most half full
    std::vector<Entry> entries_;
    std::size_t longest_ = 0;
};

} // namespace flip
