#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flip {

/// The wanted values of a JSON object as a tree. A path names members and items, separated by dots:
/// "authors.0.name" is the name of the first author, "authors.*.name" the list of all authors'
/// names. Immutable; any thread.
class JsonPaths {
public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    struct Node {
        std::vector<std::pair<std::string, std::size_t>> members; // name and node
        std::vector<std::pair<std::size_t, std::size_t>> items;   // number and node
        std::size_t everyItem = kNone;                            // node of "*"
        std::vector<std::size_t> columns;                         // columns whose paths end here
        std::vector<std::size_t> columnsBelow; // columns whose paths end here or further down

        std::size_t member(std::string_view name) const {
            for (const auto& [known, node] : members) {
                if (known == name) {
                    return node;
                }
            }
            return kNone;
        }
    };

    explicit JsonPaths(const std::vector<std::string>& paths);

    const Node& operator[](std::size_t node) const { return nodes_[node]; } // 0: the whole object
    std::size_t size() const { return nodes_.size(); }

    /// Whether a column's path contains "*".
    bool isList(std::size_t column) const { return isList_[column]; }

private:
    std::size_t findOrAddChild(std::size_t node, std::string_view part);

    std::vector<Node> nodes_;
    std::vector<bool> isList_; // [columns]
};

} // namespace flip
