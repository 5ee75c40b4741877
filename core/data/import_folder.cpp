#include "core/data/import_folder.h"

#include "core/base/worker_pool.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace flip {

namespace {

constexpr std::string_view kPrefix = ".import-";
constexpr std::string_view kLockName = "lock";

void removeQuietly(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

void removeDeadImports(const std::filesystem::path& datasetsFolder) {
    std::error_code ignored;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(datasetsFolder, ignored)) {
        if (entry.path().filename().string().starts_with(kPrefix)) {
            found.push_back(entry.path());
        }
    }
    for (const std::filesystem::path& folder : found) {
        // Held while removing: an import that has just made this folder fails to take the lock
        // and makes another one.
        if (const auto lock = FileLock::acquire(folder / kLockName)) {
            removeQuietly(folder);
        }
    }
}

/// Flushes every file of a folder. Many at once: a file system settles what is asked of it together
/// in one go, and threads that wait cost nothing.
Result<void> flushAll(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        files.push_back(entry.path());
    }
    if (error) {
        return Problem{"the folder cannot be read: " + error.message(), folder.string()};
    }
    constexpr std::size_t kAtOnce = 16;
    std::vector<Result<void>> done(files.size());
    WorkerPool pool(std::min(kAtOnce, std::max<std::size_t>(files.size(), 1)));
    pool.forEach(files.size(), [&](std::size_t i) { done[i] = flushToDisk(files[i]); });
    const auto failed = std::ranges::find_if(done, [](const auto& one) { return !one.ok(); });
    return failed == done.end() ? Result<void>() : *failed;
}

/// One step where the file system can (Linux since 3.15), else two with a moment between them in
/// which the name is free.
int exchange(const std::filesystem::path& made, const std::filesystem::path& target,
             const std::filesystem::path& aside) {
#ifdef RENAME_EXCHANGE
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
#endif
    if (::rename(target.c_str(), aside.c_str()) != 0) {
        return -1;
    }
    if (::rename(made.c_str(), target.c_str()) == 0) {
        return 0;
    }
    const int reason = errno;
    if (::rename(aside.c_str(), target.c_str()) != 0) {
        return -1;
    }
    errno = reason;
    return -1;
}

} // namespace

Result<ImportFolder> ImportFolder::make(const std::filesystem::path& datasetsFolder) {
    if (auto made = makeFolder(datasetsFolder); !made) {
        return made.problem();
    }
    removeDeadImports(datasetsFolder);
    // Another import that starts now may take a folder without a lock for a dead one.
    constexpr int kAttempts = 20;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::string pattern = (datasetsFolder / kPrefix).string() + "XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            return Problem{std::string("the folder for the import cannot be made: ") +
                               std::strerror(errno),
                           datasetsFolder.string()};
        }
        std::error_code error;
        const std::filesystem::path folder(pattern);
        auto lock = FileLock::acquire(folder / kLockName);
        if (!lock || !std::filesystem::exists(folder / kLockName, error)) {
            removeQuietly(folder);
            continue;
        }
        ImportFolder import(folder, std::move(*lock));
        std::filesystem::permissions(folder, std::filesystem::perms(0755), error);
        if (auto made = makeFolder(import.columns()); !made) {
            return made.problem();
        }
        return import;
    }
    return Problem{"the folder for the import cannot be locked; check the disk's file system",
                   datasetsFolder.string()};
}

ImportFolder::ImportFolder(ImportFolder&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), lock_(std::move(other.lock_)) {}

ImportFolder::~ImportFolder() {
    if (!folder_.empty()) {
        removeQuietly(folder_);
    }
}

Result<void> ImportFolder::publish(const std::string& name, bool replace) {
    const std::filesystem::path datasetsFolder = folder_.parent_path();
    const std::filesystem::path target = datasetsFolder / name;
    if (auto done = flushAll(columns()); !done) {
        return done;
    }
    for (const std::filesystem::path& folder : {columns(), dataset()}) {
        if (auto done = flushToDisk(folder); !done) {
            return done;
        }
    }
    std::error_code error;
    const bool exists = std::filesystem::exists(std::filesystem::symlink_status(target, error));
    if (exists && !replace) {
        return Problem{"a dataset of this name is there already; choose another name or replace it",
                       target.string()};
    }
    // rename() never covers a folder with something in it: a dataset that another import has
    // published meanwhile stays, and this one reports it.
    const int failed = exists ? exchange(dataset(), target, folder_ / "replaced")
                              : ::rename(dataset().c_str(), target.c_str());
    if (failed != 0) {
        return Problem{std::string("the dataset cannot be put in its place: ") +
                           std::strerror(errno),
                       target.string()};
    }
    return flushToDisk(datasetsFolder);
}

} // namespace flip
