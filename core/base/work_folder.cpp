#include "core/base/work_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace flip {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLetters = "XXXXXX";
constexpr std::string_view kLockName = "lock";

void removeQuietly(const fs::path& folder) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

/// Whether mkdtemp() may have made this name.
bool isOurs(const std::string& name, const std::string& prefix) {
    const auto isLetter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return name.size() == prefix.size() + kLetters.size() && name.starts_with(prefix) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                       isLetter);
}

/// Whether a folder has the name of a work folder of any prefix: ".import-x7Rk2a".
bool isAnyones(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const std::size_t dash = name.rfind('-');
    return name.starts_with('.') && dash != std::string::npos &&
           isOurs(name, name.substr(0, dash + 1));
}

/// Removes one that its maker has left; whatever holds something without a lock is somebody else's.
void removeIfDead(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder / kLockName, ignored)) {
        // Its maker died, or is just about to lock it and then makes another one.
        fs::remove(folder, ignored);
        return;
    }
    // Held while removing: a maker that has just made this folder fails to take the lock.
    if (const auto lock = FileLock::acquire(folder / kLockName)) {
        removeQuietly(folder);
    }
}

void removeDead(const fs::path& parent, const std::string& prefix) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (isOurs(entry.path().filename().string(), prefix) &&
            fs::is_directory(entry.symlink_status(ignored))) {
            found.push_back(entry.path());
        }
    }
    for (const fs::path& folder : found) {
        removeIfDead(folder);
    }
}

} // namespace

Result<WorkFolder> WorkFolder::make(const fs::path& parent, const std::string& prefix) {
    if (auto made = makeFolder(parent); !made) {
        return made.problem();
    }
    removeDead(parent, prefix);
    // Another maker that starts now may take a folder without a lock for a dead one's.
    constexpr int kAttempts = 20;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::string pattern = (parent / prefix).string() + std::string(kLetters);
        if (::mkdtemp(pattern.data()) == nullptr) {
            const bool world = errno == ENOSPC || errno == EDQUOT || errno == EIO;
            return Problem{std::string("the folder to work in cannot be made: ") +
                               std::strerror(errno),
                           parent.string(), world};
        }
        std::error_code error;
        const fs::path folder(pattern);
        auto lock = FileLock::acquire(folder / kLockName);
        if (!lock || !fs::exists(folder / kLockName, error)) {
            removeQuietly(folder);
            continue;
        }
        fs::permissions(folder, fs::perms(0755), error);
        return WorkFolder(folder, std::move(*lock));
    }
    return Problem{"the folder to work in cannot be locked; check the disk's file system",
                   parent.string()};
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

WorkFolder::~WorkFolder() {
    if (!path_.empty()) {
        removeQuietly(path_);
    }
}

std::vector<fs::path> workFoldersIn(const fs::path& parent, WorkFolderMaker maker) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        const fs::path& folder = entry->path();
        const bool lives = FileLock::isHeld(folder / kLockName);
        if (isAnyones(folder) && fs::is_directory(entry->symlink_status(ignored)) &&
            lives == (maker == WorkFolderMaker::Lives) &&
            (fs::exists(folder / kLockName, ignored) || fs::is_empty(folder, ignored))) {
            found.push_back(folder);
        }
    }
    std::ranges::sort(found);
    return found;
}

bool removeDeadWorkFolder(const fs::path& folder) {
    std::error_code ignored;
    removeIfDead(folder);
    return !fs::exists(folder, ignored);
}

} // namespace flip
