#include "core/model/id/field_groups.h"

#include "core/base/nearest_name.h"
#include "core/base/trimmed.h"
#include "core/data/records/list_elements.h"

#include <algorithm>
#include <optional>

namespace flip {

Result<std::vector<std::vector<std::int64_t>>>
fieldGroups(std::string_view text, const std::vector<std::string>& fieldNames,
            const std::string& key) {
    std::vector<std::vector<std::int64_t>> groups;
    std::optional<Problem> problem;
    // A group without names is kept as an empty group.
    for (bool more = !text.empty(); more;) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view group = text.substr(0, end);
        more = end < text.size();
        text.remove_prefix(more ? end + 1 : end);
        std::vector<std::int64_t>& columns = groups.emplace_back();
        forEachElement(group, ",", [&](std::string_view element) {
            const std::string_view name = trimmed(element, " ");
            if (name.empty()) {
                return;
            }
            const auto found = std::find(fieldNames.begin(), fieldNames.end(), name);
            if (found != fieldNames.end()) {
                columns.push_back(found - fieldNames.begin());
            } else if (!problem) {
                const std::vector<std::string_view> known(fieldNames.begin(), fieldNames.end());
                problem = Problem{"names no id field \"" + std::string(name) +
                                      "\"; did you mean \"" + nearestName(name, known) + "\"?",
                                  key};
            }
        });
    }
    if (problem) {
        return *problem;
    }
    return groups;
}

} // namespace flip
