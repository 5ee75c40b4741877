#include "core/data/import/import_folder.h"

#include "core/base/files.h"
#include "core/base/worker_pool.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <vector>

namespace flip {

namespace {

/// Flushes every file of a folder, many at once: a file system serves concurrent flushes together,
/// and waiting threads cost nothing.
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

/// One atomic step if the file system can (Linux since 3.15); otherwise two renames, and between
/// them no dataset has the name.
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
    auto folder = WorkFolder::make(datasetsFolder, ".import-");
    if (!folder) {
        return folder.problem();
    }
    ImportFolder import(std::move(*folder));
    if (auto made = makeFolder(import.columns()); !made) {
        return made.problem();
    }
    return import;
}

Result<void> ImportFolder::publish(const std::string& name, bool replace) {
    const std::filesystem::path datasetsFolder = folder_.path().parent_path();
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
        return Problem{"a dataset of this name already exists; choose another name or replace it",
                       target.string()};
    }
    // rename() never replaces a folder that is not empty: a dataset that another import has
    // published in the meantime stays, and this import reports a Problem.
    const int failed = exists ? exchange(dataset(), target, folder_.path() / "replaced")
                              : ::rename(dataset().c_str(), target.c_str());
    if (failed != 0) {
        return Problem{std::string("the dataset cannot be moved into place: ") +
                           std::strerror(errno),
                       target.string()};
    }
    return flushToDisk(datasetsFolder);
}

} // namespace flip
