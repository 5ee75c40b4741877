#include "core/store/workspace.h"

#include "core/base/files.h"
#include "core/base/home.h"
#include "core/base/installed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <system_error>
#include <unistd.h>

namespace flip {

namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// Tries to write a file; permissions alone do not reveal a full or read-only disk.
Result<void> checkWritable(const fs::path& folder) {
    std::string probe = (folder / ".writable-XXXXXX").string();
    const int descriptor = ::mkstemp(probe.data());
    if (descriptor < 0) {
        return Problem{fmt::format("the workspace cannot be written: {}; choose another folder "
                                   "with --workspace",
                                   std::strerror(errno)),
                       folder.string()};
    }
    ::close(descriptor);
    std::error_code ignored;
    fs::remove(probe, ignored);
    return {};
}

/// Whether the file exists and cannot be written.
bool isWriteProtected(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored) && ::access(file.c_str(), W_OK) != 0;
}

bool isModel(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / "config.json", error);
}

/// Names of the subfolders of a folder, without hidden ones.
std::vector<std::string> foldersIn(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code unreadable;
        const std::string name = entry->path().filename().string();
        if (!name.starts_with('.') && entry->is_directory(unreadable)) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Every folder that may hold models, in the order they are searched.
std::vector<fs::path> placesOfModels(const fs::path& own) {
    std::vector<fs::path> folders{own};
    if (const std::string given = environment("FLIP_MODELS"); !given.empty()) {
        folders.emplace_back(given);
    }
    folders.push_back(Workspace::defaultFolder() / "models");
    if (const fs::path share = installedShare(); !share.empty()) {
        folders.push_back(share / "models");
    }
#ifdef FLIP_MODELS_DIR
    folders.emplace_back(FLIP_MODELS_DIR);
#endif
    return folders;
}

} // namespace

Result<Workspace> Workspace::open(const fs::path& folder, WorkspaceUse use) {
    if (folder.empty()) {
        return Problem{"no folder is named; name one with --workspace", {}};
    }
    std::error_code error;
    const fs::path whole = fs::absolute(folder, error).lexically_normal();
    if (error) {
        return Problem{"the workspace cannot be found: " + error.message(), folder.string()};
    }
    Workspace workspace(whole);
    if (use == WorkspaceUse::Read) {
        const std::string database = workspace.database().string();
        workspace.use_ = use;
        workspace.isReadOnly_ = ::access(whole.c_str(), W_OK) != 0 || isWriteProtected(database) ||
                                isWriteProtected(database + "-wal") ||
                                isWriteProtected(database + "-shm");
        return workspace;
    }
    const std::array parts{whole, workspace.datasets(), whole / "checkpoints", workspace.models()};
    for (const fs::path& part : parts) {
        fs::create_directories(part, error);
        if (error) {
            return Problem{
                fmt::format(
                    "the workspace cannot be created: {}; choose another folder with --workspace",
                    error.message()),
                part.string()};
        }
        if (auto writable = checkWritable(part); !writable) {
            return writable.problem();
        }
    }
    return workspace;
}

fs::path Workspace::defaultFolder() {
    if (const std::string given = environment("FLIP_WORKSPACE"); !given.empty()) {
        return given;
    }
    // XDG base directories: a relative path is invalid and must be ignored.
    if (const fs::path data = environment("XDG_DATA_HOME"); data.is_absolute()) {
        return data / "flip-workbench";
    }
    const fs::path home = homeFolder();
    return home.empty() ? fs::path() : home / ".local/share/flip-workbench";
}

fs::path Workspace::dataset(std::string_view name) const {
    return datasets() / name;
}

fs::path Workspace::checkpoints(std::string_view run) const {
    return folder_ / "checkpoints" / run;
}

std::vector<std::string> Workspace::datasetNames() const {
    return foldersIn(datasets());
}

Result<fs::path> Workspace::findModel(const std::string& nameOrFolder) const {
    if (nameOrFolder.empty()) {
        return Problem{"no language model is named; name one with plm.path", {}};
    }
    std::vector<fs::path> candidates{nameOrFolder};
    for (const fs::path& folder : placesOfModels(models())) {
        candidates.push_back(folder / nameOrFolder);
    }
    std::error_code error;
    for (const fs::path& candidate : candidates) {
        if (isModel(candidate)) {
            return fs::absolute(candidate, error).lexically_normal();
        }
    }
    for (const fs::path& candidate : candidates) {
        if (fs::is_directory(candidate, error)) {
            return Problem{"has no config.json; name a folder in the Hugging Face layout",
                           candidate.string()};
        }
    }
    const std::vector<std::string> known = modelNames();
    return Problem{
        fmt::format("there is no such language model; put its folder into {}{}", models().string(),
                    known.empty() ? ""
                                  : fmt::format(", or name one of {}", fmt::join(known, ", "))),
        nameOrFolder};
}

std::vector<fs::path> Workspace::modelFolders() const {
    std::map<std::string, fs::path> found;
    for (const fs::path& place : placesOfModels(models())) {
        for (const std::string& name : foldersIn(place)) {
            const auto [entry, isNew] = found.emplace(name, place / name);
            if (!isNew && !isModel(entry->second) && isModel(place / name)) {
                entry->second = place / name;
            }
        }
    }
    std::vector<fs::path> folders;
    for (const auto& [name, folder] : found) {
        folders.push_back(folder);
    }
    return folders;
}

std::vector<std::string> Workspace::modelNames() const {
    std::set<std::string> names;
    for (const fs::path& folder : placesOfModels(models())) {
        for (const std::string& name : foldersIn(folder)) {
            if (isModel(folder / name)) {
                names.insert(name);
            }
        }
    }
    return {names.begin(), names.end()};
}

} // namespace flip
