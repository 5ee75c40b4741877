#include "core/text/tokenizer/piece_trie.h"

#include <algorithm>
#include <numeric>

namespace flip {

namespace {

/// Pieces that share the text of a node, in their order, and the node.
struct Family {
    std::size_t begin;
    std::size_t end;
    std::size_t depth;
    std::uint32_t node;
};

} // namespace

PieceTrie::PieceTrie(const std::vector<std::string>& pieces) {
    std::vector<std::int32_t> order(pieces.size());
    std::iota(order.begin(), order.end(), 0);
    const auto piece = [&pieces](std::int32_t id) -> const std::string& {
        return pieces[static_cast<std::size_t>(id)];
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return piece(a) < piece(b); });
    nodes_.emplace_back();
    std::vector<Family> families = {{0, order.size(), 0, 0}};
    for (std::size_t at = 0; at < families.size(); ++at) { // breadth first: children are neighbours
        Family family = families[at];
        for (; family.begin < family.end && piece(order[family.begin]).size() == family.depth;
             ++family.begin) {
            nodes_[family.node].id = family.depth == 0 ? -1 : order[family.begin];
        }
        nodes_[family.node].children = static_cast<std::uint32_t>(nodes_.size());
        while (family.begin < family.end) {
            const char label = piece(order[family.begin])[family.depth];
            std::size_t end = family.begin;
            while (end < family.end && piece(order[end])[family.depth] == label) {
                ++end;
            }
            families.push_back(
                {family.begin, end, family.depth + 1, static_cast<std::uint32_t>(nodes_.size())});
            nodes_.push_back({0, 0, static_cast<std::uint8_t>(label), -1});
            ++nodes_[family.node].count;
            family.begin = end;
        }
    }
}

std::uint32_t PieceTrie::child(std::uint32_t node, unsigned char label) const {
    const Node& parent = nodes_[node];
    const auto begin = nodes_.begin() + parent.children;
    const auto end = begin + parent.count;
    const auto found = std::lower_bound(
        begin, end, label, [](const Node& n, unsigned char wanted) { return n.label < wanted; });
    return found == end || found->label != label
               ? 0
               : static_cast<std::uint32_t>(found - nodes_.begin());
}

std::int32_t PieceTrie::find(std::string_view piece) const {
    std::uint32_t node = 0;
    for (const char c : piece) {
        node = child(node, static_cast<unsigned char>(c));
        if (node == 0) {
            return -1;
        }
    }
    return nodes_[node].id;
}

} // namespace flip
