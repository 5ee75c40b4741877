#include "core/base/name.h"

#include "core/base/text_encoding.h"

#include <algorithm>
#include <string>

namespace flip {

Result<void> checkName(std::string_view name) {
    const bool allowed = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
    constexpr std::size_t kLongest = 200; // must be valid as a folder's name
    if (name.empty() || name.size() > kLongest || name.starts_with('.') || !allowed) {
        return Problem{quotedText(name) + " is not a valid name; use 1 to " +
                           std::to_string(kLongest) +
                           " letters, digits, '.', '_' or '-', and no '.' at the start",
                       {}};
    }
    return {};
}

} // namespace flip
