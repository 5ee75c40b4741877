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

    /// Here the dataset grows: its columns/ is there already.
    std::filesystem::path dataset() const { return folder_.path() / "dataset"; }
    std::filesystem::path columns() const { return dataset() / "columns"; }

    /// Gives the finished dataset its name, in one step that readers see whole or not at all.
    /// With `replace` it changes places with the dataset of that name, which is removed.
    Result<void> publish(const std::string& name, bool replace);

private:
    explicit ImportFolder(WorkFolder folder) : folder_(std::move(folder)) {}

    WorkFolder folder_;
};

} // namespace flip
