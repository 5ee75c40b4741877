#pragma once

#include "core/store/database_check.h"
#include "core/store/workspace.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A file or folder of the workspace that a killed program left behind and nobody needs.
struct Leftover {
    enum class Kind { WorkFolder, File, RunFolder };
    std::filesystem::path path;
    Kind kind = Kind::File;
};

/// What killed programs left behind: work folders, half-written files, write probes, and folders of
/// runs that were never stored, which hold only a lock that nobody holds.
std::vector<Leftover> leftoversIn(const Workspace& workspace, const DatabaseReport& database);

/// Removes one unless a program uses it; returns whether it is gone.
bool removeLeftover(const Leftover& leftover);

/// A folder that another program is working in, of a run or an import; nothing if there is none.
std::optional<std::filesystem::path> pathInUse(const Workspace& workspace);

/// The subfolders of a folder, sorted; hidden ones are left out.
std::vector<std::filesystem::path> foldersOf(const std::filesystem::path& folder);

/// The subfolders of checkpoints/.
std::vector<std::filesystem::path> runFolders(const Workspace& workspace);

} // namespace flip
