#include "core/data/records/json_paths.h"

#include <charconv>
#include <optional>
#include <system_error>

namespace flip {

namespace {

/// The number of an item, written without a sign or leading zeros.
std::optional<std::size_t> itemNumber(std::string_view part) {
    std::size_t number = 0;
    const char* const end = part.data() + part.size();
    const auto [rest, error] = std::from_chars(part.data(), end, number);
    const bool plain = error == std::errc() && rest == end && (part == "0" || part[0] != '0');
    return plain ? std::optional(number) : std::nullopt;
}

} // namespace

JsonPaths::JsonPaths(const std::vector<std::string>& paths) : nodes_(1) {
    for (std::size_t column = 0; column < paths.size(); ++column) {
        std::string_view rest = paths[column];
        std::size_t node = 0;
        bool isList = false;
        nodes_[0].columnsBelow.push_back(column);
        for (bool more = true; more;) {
            const std::size_t dot = rest.find('.');
            const std::string_view part = rest.substr(0, dot);
            isList = isList || part == "*";
            node = findOrAddChild(node, part);
            nodes_[node].columnsBelow.push_back(column);
            more = dot != std::string_view::npos;
            rest.remove_prefix(more ? dot + 1 : 0);
        }
        nodes_[node].columns.push_back(column);
        isList_.push_back(isList);
    }
}

std::size_t JsonPaths::findOrAddChild(std::size_t node, std::string_view part) {
    const std::size_t known = part == "*" ? nodes_[node].everyItem : nodes_[node].member(part);
    if (known != kNone) {
        return known;
    }
    const std::size_t added = nodes_.size();
    nodes_.emplace_back();
    if (part == "*") {
        nodes_[node].everyItem = added;
        return added;
    }
    nodes_[node].members.emplace_back(part, added);
    if (const auto number = itemNumber(part)) {
        nodes_[node].items.emplace_back(*number, added);
    }
    return added;
}

} // namespace flip
