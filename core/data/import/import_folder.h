#pragma once

#include "core/base/result.h"
#include "core/base/work_folder.h"

#include <filesystem>
#include <string>
#include <utility>

namespace flip {

/// The hidden folder an import works in, datasets/.import-XXXXXX; see WorkFolder.
class ImportFolder {
public:
    static Result<ImportFolder> make(const std::filesystem::path& datasetsFolder);

    /// The dataset is built here; its columns/ already exists.
    std::filesystem::path dataset() const { return folder_.path() / "dataset"; }
    std::filesystem::path columns() const { return dataset() / "columns"; }

    /// Renames the finished dataset into place in one atomic step. With `replace` it is exchanged
    /// with the dataset of that name, which is then removed; that step is atomic if the file system
    /// can.
    Result<void> publish(const std::string& name, bool replace);

private:
    explicit ImportFolder(WorkFolder folder) : folder_(std::move(folder)) {}

    WorkFolder folder_;
};

} // namespace flip
