#include "app/command/stored_runs.h"

#include "core/base/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <utility>

namespace flip::command {

void withStore(Context& context,
               const std::function<Result<void>(const Workspace&, RunStore&)>& work,
               WorkspaceUse use) {
    auto workspace = context.openWorkspace(use);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    auto store = RunStore::open(*workspace);
    if (!store) {
        return context.fail(store.problem());
    }
    if (auto done = work(*workspace, *store); !done) {
        context.fail(done.problem());
    }
}

Result<void> reportUnreadable(const StoredRuns& stored) {
    for (std::size_t i = 1; i < stored.unreadable.size(); ++i) {
        std::fprintf(stderr, "%s\n", stored.unreadable[i].text().c_str());
    }
    return stored.unreadable.empty() ? Result<void>() : stored.unreadable.front();
}

Result<RunSummary> findRun(RunStore& store, const std::string& name) {
    auto found = store.lookUp(name);
    if (!found) {
        return found.problem();
    }
    if (*found) {
        return std::move(**found);
    }
    const auto runs = store.list();
    std::vector<std::string_view> names;
    if (runs) {
        for (const RunSummary& run : runs->runs) {
            names.push_back(run.name);
        }
    }
    const std::string nearest = nearestName(name, names);
    return Problem{"there is no run of this name; " +
                       (nearest.empty() ? std::string() : "the nearest is '" + nearest + "', ") +
                       "'flip runs list' shows all",
                   name};
}

Result<std::vector<RunSummary>> findRuns(RunStore& store, const std::vector<std::string>& names) {
    std::vector<RunSummary> runs;
    for (const std::string& name : names) {
        auto run = findRun(store, name);
        if (!run) {
            return run.problem();
        }
        runs.push_back(std::move(*run));
    }
    return runs;
}

std::vector<std::string> listElements(const std::vector<std::string>& lists) {
    std::vector<std::string> elements;
    for (const std::string& list : lists) {
        for (std::size_t begin = 0; begin < list.size();) {
            const std::size_t end = std::min(list.find(',', begin), list.size());
            if (end > begin) {
                elements.push_back(list.substr(begin, end - begin));
            }
            begin = end + 1;
        }
    }
    return elements;
}

} // namespace flip::command
