#include "core/data/id_lists.h"

namespace flip {

IdLists idListsOf(const Dataset& dataset) {
    IdLists lists;
    lists.firstList = firstListsOf(dataset);
    for (const int field : dataset.idFields()) {
        const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
        if (info.kind != FieldKind::Multi) {
            continue;
        }
        for (std::int64_t code = 0; code < info.values; ++code) {
            const auto ids = dataset.idsOfCode(field, static_cast<std::uint32_t>(code));
            lists.members.insert(lists.members.end(), ids.begin(), ids.end());
            lists.ends.push_back(static_cast<std::int64_t>(lists.members.size()));
        }
    }
    return lists;
}

std::vector<std::int64_t> firstListsOf(const Dataset& dataset) {
    std::vector<std::int64_t> first;
    std::int64_t lists = 0;
    for (const int field : dataset.idFields()) {
        const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
        const bool holdsLists = info.kind == FieldKind::Multi;
        first.push_back(holdsLists ? lists : -1);
        lists += holdsLists ? info.values : 0;
    }
    return first;
}

} // namespace flip
