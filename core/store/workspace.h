#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What a workspace is opened for.
enum class WorkspaceUse { Write, Read };

/// A folder with all data of the user: flip.db, datasets/, checkpoints/, models/. Holds paths only;
/// safe to copy to any thread.
class Workspace {
public:
    /// For writing: creates the folder if it is missing and checks that it can be written. For
    /// reading: changes nothing, accepts a read-only folder, and treats a missing folder as empty.
    static Result<Workspace> open(const std::filesystem::path& folder,
                                  WorkspaceUse use = WorkspaceUse::Write);

    WorkspaceUse use() const { return use_; }

    /// Whether it was opened for reading and cannot be written.
    bool isReadOnly() const { return isReadOnly_; }

    /// $FLIP_WORKSPACE, else the user's data folder; empty if neither is known.
    static std::filesystem::path defaultFolder();

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path database() const { return folder_ / "flip.db"; }
    std::filesystem::path datasets() const { return folder_ / "datasets"; }
    std::filesystem::path dataset(std::string_view name) const;
    std::filesystem::path checkpoints(std::string_view run) const;
    std::filesystem::path models() const { return folder_ / "models"; }

    /// Names of the finished datasets, sorted.
    std::vector<std::string> datasetNames() const;

    /// Finds a language model by name or by folder. Searches in this order: the folder itself,
    /// models/ here, $FLIP_MODELS, models/ of the default workspace, the models of the installed
    /// package, and those that installer/run.sh installed.
    Result<std::filesystem::path> findModel(const std::string& nameOrFolder) const;

    /// Every folder in these places, readable as a model or not, by name; of equal names, the one
    /// that findModel() finds.
    std::vector<std::filesystem::path> modelFolders() const;

    /// Names of the folders in these places that hold a config.json, sorted.
    std::vector<std::string> modelNames() const;

private:
    explicit Workspace(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path folder_;
    WorkspaceUse use_ = WorkspaceUse::Write;
    bool isReadOnly_ = false;
};

} // namespace flip
