#pragma once

#include "core/store/database_check.h"
#include "core/store/workspace.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A file or folder of the workspace that a killed program left and nobody needs.
struct Leftover {
    enum class Kind { WorkFolder, File, RunFolder };
    std::filesystem::path path;
    Kind kind = Kind::File;
};

/// What killed programs left: folders to work in, half-written files, probes, and folders of runs
/// that never came to be, with a lock in them that nobody holds.
std::vector<Leftover> leftoversIn(const Workspace& workspace, const DatabaseReport& database);

/// Removes one, unless somebody uses it after all; whether it is gone.
bool removeLeftover(const Leftover& leftover);

/// What another program now works on: a run, an import; nothing where none does.
std::optional<std::filesystem::path> inUseNow(const Workspace& workspace);

/// The subfolders of a folder, sorted; hidden ones are left out.
std::vector<std::filesystem::path> foldersOf(const std::filesystem::path& folder);

/// Those of checkpoints/.
std::vector<std::filesystem::path> runFolders(const Workspace& workspace);

} // namespace flip
