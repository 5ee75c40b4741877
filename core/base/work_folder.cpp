#include "core/base/work_folder.h"

#include "core/base/files.h"

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

constexpr std::string_view kSuffixPattern = "XXXXXX";
constexpr std::string_view kLockName = "lock";

void removeQuietly(const fs::path& folder) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

/// Whether the name is `prefix` and six letters, as mkdtemp() creates.
bool matchesPattern(const std::string& name, const std::string& prefix) {
    const auto isLetter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return name.size() == prefix.size() + kSuffixPattern.size() && name.starts_with(prefix) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                       isLetter);
}

/// Whether a folder has the name of a work folder with any prefix: ".import-x7Rk2a".
bool matchesAnyPrefix(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const std::size_t dash = name.rfind('-');
    return name.starts_with('.') && dash != std::string::npos &&
           matchesPattern(name, name.substr(0, dash + 1));
}

/// Removes a folder whose owner is dead. A folder with content but without a lock file is not ours.
void removeIfDead(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder / kLockName, ignored)) {
        // Its owner died, or is about to lock it and will then create another one.
        fs::remove(folder, ignored);
        return;
    }
    // Held while removing: an owner that has just created this folder fails to take the lock.
    if (const auto lock = FileLock::acquire(folder / kLockName)) {
        removeQuietly(folder);
    }
}

void removeDead(const fs::path& parent, const std::string& prefix) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (matchesPattern(entry.path().filename().string(), prefix) &&
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
    // Another owner that starts now may take a folder without a lock for an abandoned one.
    constexpr int kAttempts = 20;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::string pattern = (parent / prefix).string() + std::string(kSuffixPattern);
        if (::mkdtemp(pattern.data()) == nullptr) {
            const int code = errno; // before anything else can change it
            return Problem{std::string("the temporary folder cannot be created: ") +
                               std::strerror(code),
                           parent.string(), isSystemError(code)};
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
    return Problem{"the temporary folder cannot be locked; check the disk's file system",
                   parent.string()};
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

WorkFolder::~WorkFolder() {
    if (!path_.empty()) {
        removeQuietly(path_);
    }
}

std::vector<fs::path> workFoldersIn(const fs::path& parent, WorkFolderOwner owner) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        const fs::path& folder = entry->path();
        const bool isAlive = FileLock::isHeld(folder / kLockName);
        if (matchesAnyPrefix(folder) && fs::is_directory(entry->symlink_status(ignored)) &&
            isAlive == (owner == WorkFolderOwner::Alive) &&
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
