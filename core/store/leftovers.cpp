#include "core/store/leftovers.h"

#include "core/base/files.h"
#include "core/base/work_folder.h"
#include "core/store/checkpoint_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;

std::array<fs::path, 4> partsOf(const Workspace& workspace) {
    return {workspace.folder(), workspace.datasets(), workspace.folder() / "checkpoints",
            workspace.models()};
}

std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
}

/// Whether these are six letters or digits, as mkstemp() appends.
bool isRandom(std::string_view letters) {
    return letters.size() == 6 && std::ranges::all_of(letters, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
}

/// The file with which Workspace::open() checks that it can write.
bool isProbe(const fs::path& file) {
    constexpr std::string_view kPrefix = ".writable-";
    const std::string name = file.filename().string();
    std::error_code error;
    return name.starts_with(kPrefix) && isRandom(std::string_view(name).substr(kPrefix.size())) &&
           fs::file_size(file, error) == 0 && !error;
}

/// A temporary file of writeFileAtomically(): "state.safetensors.x7Rk2a".
bool isHalfWritten(const fs::path& file, std::string_view ending) {
    const std::string random = file.extension().string();
    return file.stem().extension() == ending && !random.empty() &&
           isRandom(std::string_view(random).substr(1));
}

} // namespace

std::vector<Leftover> leftoversIn(const Workspace& workspace, const DatabaseReport& database) {
    std::vector<Leftover> found;
    for (const fs::path& part : partsOf(workspace)) {
        for (const fs::path& folder : workFoldersIn(part, WorkFolderOwner::Dead)) {
            found.push_back({folder, Leftover::Kind::WorkFolder});
        }
        for (const fs::path& file : entriesOf(part)) {
            if (isProbe(file) || (part == workspace.folder() && isHalfWritten(file, ".json"))) {
                found.push_back({file, Leftover::Kind::File});
            }
        }
    }
    for (const fs::path& folder : runFolders(workspace)) {
        if (FileLock::isHeld(folder / kRunLock)) {
            continue;
        }
        bool isBare = true;
        for (const fs::path& file : entriesOf(folder)) {
            if (isHalfWritten(file, ".safetensors")) {
                found.push_back({file, Leftover::Kind::File});
            } else {
                isBare = isBare && file.filename() == kRunLock;
            }
        }
        if (isBare && database.lacks(folder.filename().string())) {
            found.push_back({folder, Leftover::Kind::RunFolder});
        }
    }
    return found;
}

bool removeLeftover(const Leftover& leftover) {
    std::error_code error;
    switch (leftover.kind) {
    case Leftover::Kind::WorkFolder:
        return removeDeadWorkFolder(leftover.path);
    case Leftover::Kind::File:
        return fs::remove(leftover.path, error);
    case Leftover::Kind::RunFolder:
        // Held while removing: a run of this name that starts now fails to take the lock.
        if (const auto lock = FileLock::acquire(leftover.path / kRunLock)) {
            fs::remove_all(leftover.path, error);
        }
        return !fs::exists(leftover.path, error);
    }
    return false;
}

std::optional<fs::path> pathInUse(const Workspace& workspace) {
    for (const fs::path& folder : runFolders(workspace)) {
        if (FileLock::isHeld(folder / kRunLock)) {
            return folder;
        }
    }
    for (const fs::path& part : partsOf(workspace)) {
        const auto living = workFoldersIn(part, WorkFolderOwner::Alive);
        if (!living.empty()) {
            return living.front();
        }
    }
    return std::nullopt;
}

std::vector<fs::path> runFolders(const Workspace& workspace) {
    return foldersOf(workspace.folder() / "checkpoints");
}

std::vector<fs::path> foldersOf(const fs::path& folder) {
    std::vector<fs::path> folders;
    for (const fs::path& path : entriesOf(folder)) {
        std::error_code error;
        if (!path.filename().string().starts_with('.') && fs::is_directory(path, error)) {
            folders.push_back(path);
        }
    }
    return folders;
}

} // namespace flip
