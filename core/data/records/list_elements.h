#pragma once

#include <cstddef>
#include <string_view>

namespace flip {

/// Calls visit(element) for every element of a list, "Drama|War", that is not empty.
template <class Visit>
void forEachElement(std::string_view list, std::string_view separator, Visit visit) {
    for (;;) {
        const std::size_t end = list.find(separator);
        const std::string_view element = list.substr(0, end);
        if (!element.empty()) {
            visit(element);
        }
        if (end == list.npos) {
            return;
        }
        list.remove_prefix(end + separator.size());
    }
}

} // namespace flip
