#include "core/text/tokenizer/piece_trie.h"

#include <algorithm>
#include <numeric>

namespace flip {

namespace {

/// Sorted pieces that begin with the text of a node, and the node.
struct PieceRange {
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
    std::vector<PieceRange> ranges = {{0, order.size(), 0, 0}};
    for (std::size_t at = 0; at < ranges.size(); ++at) { // breadth first: children are neighbours
        PieceRange range = ranges[at];
        for (; range.begin < range.end && piece(order[range.begin]).size() == range.depth;
             ++range.begin) {
            nodes_[range.node].id = range.depth == 0 ? -1 : order[range.begin];
        }
        nodes_[range.node].children = static_cast<std::uint32_t>(nodes_.size());
        while (range.begin < range.end) {
            const char label = piece(order[range.begin])[range.depth];
            std::size_t end = range.begin;
            while (end < range.end && piece(order[end])[range.depth] == label) {
                ++end;
            }
            ranges.push_back(
                {range.begin, end, range.depth + 1, static_cast<std::uint32_t>(nodes_.size())});
            nodes_.push_back({0, 0, static_cast<std::uint8_t>(label), -1});
            ++nodes_[range.node].count;
            range.begin = end;
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
