#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Finds all pieces that a text begins with, the shortest first. Immutable; any thread.
class PieceTrie {
public:
    /// `pieces` by id; empty ones are skipped, and of duplicates the later counts.
    explicit PieceTrie(const std::vector<std::string>& pieces);

    /// Calls visit(length, id) for each piece that the text begins with.
    template <class Visit>
    void forEachPrefix(std::string_view text, Visit visit) const {
        std::uint32_t node = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            node = child(node, static_cast<unsigned char>(text[at]));
            if (node == 0) {
                return;
            }
            if (nodes_[node].id >= 0) {
                visit(at + 1, nodes_[node].id);
            }
        }
    }

    /// The piece's id, or -1.
    std::int32_t find(std::string_view piece) const;

private:
    struct Node {
        std::uint32_t children = 0; // the first one; the others follow, by label
        std::uint16_t count = 0;
        std::uint8_t label = 0;
        std::int32_t id = -1; // of the piece that ends here
    };

    /// The child with that label; 0, the root, if there is none.
    std::uint32_t child(std::uint32_t node, unsigned char label) const;

    std::vector<Node> nodes_;
};

} // namespace flip
