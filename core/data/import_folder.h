#pragma once

#include "core/base/files.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace flip {

/// The hidden folder an import works in, datasets/.import-XXXXXX, locked as long as the import
/// lives and removed with it, whatever is in it. Owned by the import's thread.
class ImportFolder {
public:
    /// Also removes what dead imports have left: folders whose lock nobody holds.
    static Result<ImportFolder> make(const std::filesystem::path& datasetsFolder);

    ImportFolder(ImportFolder&& other) noexcept;
    ImportFolder& operator=(ImportFolder&&) = delete;
    ~ImportFolder();

    /// Here the dataset grows: its columns/ is there already.
    std::filesystem::path dataset() const { return folder_ / "dataset"; }
    std::filesystem::path columns() const { return dataset() / "columns"; }

    /// Gives the finished dataset its name, in one step that readers see whole or not at all.
    /// With `replace` it changes places with the dataset of that name, which is removed.
    Result<void> publish(const std::string& name, bool replace);

private:
    ImportFolder(std::filesystem::path folder, FileLock lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}

    std::filesystem::path folder_; // empty after a move
    FileLock lock_;
};

} // namespace flip
