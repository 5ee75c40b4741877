#pragma once

#include "core/base/files.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// A hidden folder in which something is made before it is put in its place: PREFIX and six
/// letters, locked as long as its maker lives and removed with it, whatever is in it. Owned by one
/// thread.
class WorkFolder {
public:
    /// Makes one in `parent`, which is made too where it is not there. Also removes what dead
    /// makers have left: folders of just such a name whose lock nobody holds.
    static Result<WorkFolder> make(const std::filesystem::path& parent, const std::string& prefix);

    WorkFolder(WorkFolder&& other) noexcept;
    WorkFolder& operator=(WorkFolder&&) = delete;
    ~WorkFolder();

    /// Holds the lock, which stays here: make what shall remain in a folder inside it.
    const std::filesystem::path& path() const { return path_; }

private:
    WorkFolder(std::filesystem::path path, FileLock lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_; // empty after a move
    FileLock lock_;
};

/// The folders in `parent` that some WorkFolder is, whatever its prefix: those whose makers live,
/// or those that the dead have left.
enum class WorkFolderMaker { Lives, Dead };
std::vector<std::filesystem::path> workFoldersIn(const std::filesystem::path& parent,
                                                 WorkFolderMaker maker);

/// Removes one whose maker is dead; false if it lives after all, or the folder cannot be removed.
bool removeDeadWorkFolder(const std::filesystem::path& folder);

} // namespace flip
