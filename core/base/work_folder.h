#pragma once

#include "core/base/files.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// A hidden temporary folder in which results are built before they are moved to their place. Its
/// name is PREFIX and six letters; it is locked while its owner lives and is removed by the
/// destructor with everything in it. Owned by one thread.
class WorkFolder {
public:
    /// Creates one in `parent`, which is created if missing. Also removes what dead owners left
    /// behind: folders with such a name whose lock nobody holds.
    static Result<WorkFolder> make(const std::filesystem::path& parent, const std::string& prefix);

    WorkFolder(WorkFolder&& other) noexcept;
    WorkFolder& operator=(WorkFolder&&) = delete;
    ~WorkFolder();

    /// Contains the lock file: build what will be kept in a subfolder.
    const std::filesystem::path& path() const { return path_; }

private:
    WorkFolder(std::filesystem::path path, FileLock lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_; // empty after a move
    FileLock lock_;
};

/// The work folders in `parent`, with any prefix: those whose owner is alive, or those left behind
/// by dead owners.
enum class WorkFolderOwner { Alive, Dead };
std::vector<std::filesystem::path> workFoldersIn(const std::filesystem::path& parent,
                                                 WorkFolderOwner owner);

/// Removes a work folder whose owner is dead; false if the owner is alive or the folder cannot be
/// removed.
bool removeDeadWorkFolder(const std::filesystem::path& folder);

} // namespace flip
