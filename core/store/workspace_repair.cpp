#include "core/store/database_check.h"
#include "core/store/database_repair.h"
#include "core/store/leftovers.h"
#include "core/store/workspace_check.h"

#include <utility>

namespace flip {

Result<std::vector<Finding>> repairWorkspace(const Workspace& workspace) {
    if (const auto used = pathInUse(workspace)) {
        return Problem{"another program works on it; wait until it ends or stop it, then repair",
                       used->string()};
    }
    auto done = repairDatabase(workspace);
    if (!done) {
        return done;
    }
    for (const Leftover& leftover : leftoversIn(workspace, checkDatabase(workspace.database()))) {
        if (removeLeftover(leftover)) {
            done->push_back(
                {leftover.path.string(), "a leftover of a killed program was removed", {}});
        }
    }
    return done;
}

} // namespace flip
