#include "core/data/id_lists.h"

namespace flip {

IdLists idListsOf(const Dataset& dataset) {
    IdLists lists;
    for (const int field : dataset.idFields()) {
        const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
        if (info.kind != FieldKind::Multi) {
            lists.firstList.push_back(-1);
            continue;
        }
        lists.firstList.push_back(static_cast<std::int64_t>(lists.ends.size()) - 1);
        for (std::int64_t code = 0; code < info.values; ++code) {
            const auto ids = dataset.idsOfCode(field, static_cast<std::uint32_t>(code));
            lists.members.insert(lists.members.end(), ids.begin(), ids.end());
            lists.ends.push_back(static_cast<std::int64_t>(lists.members.size()));
        }
    }
    return lists;
}

} // namespace flip
