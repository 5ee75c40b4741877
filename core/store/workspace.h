#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What a workspace is opened for.
enum class WorkspaceUse { Write, Read };

/// A folder with everything a person made: flip.db, datasets/, checkpoints/, models/.
/// Holds paths only; safe to copy to any thread.
class Workspace {
public:
    /// For writing: makes the folder where there is none, and checks that it can be written. For
    /// reading: touches nothing, takes a folder that cannot be written, and takes one that is not
    /// there as one with nothing in it.
    static Result<Workspace> open(const std::filesystem::path& folder,
                                  WorkspaceUse use = WorkspaceUse::Write);

    WorkspaceUse use() const { return use_; }

    /// Whether it was opened for reading and cannot be written.
    bool isReadOnly() const { return isReadOnly_; }

    /// $FLIP_WORKSPACE, else the data folder of the person; empty where neither is known.
    static std::filesystem::path defaultFolder();

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path database() const { return folder_ / "flip.db"; }
    std::filesystem::path datasets() const { return folder_ / "datasets"; }
    std::filesystem::path dataset(std::string_view name) const;
    std::filesystem::path checkpoints(std::string_view run) const;
    std::filesystem::path models() const { return folder_ / "models"; }

    /// Names of the finished datasets, sorted.
    std::vector<std::string> datasetNames() const;

    /// Finds a language model by name or by folder: the folder itself, models/ here,
    /// $FLIP_MODELS, the default workspace's models/, those of the package that this program is
    /// part of, those that installer/run.sh brought.
    Result<std::filesystem::path> findModel(const std::string& nameOrFolder) const;

    /// Every folder in a place for models, whether a model can be read from it or not, by name; of
    /// several with a name the one that findModel() finds.
    std::vector<std::filesystem::path> modelFolders() const;

    /// Names under every models folder that hold a config.json, sorted.
    std::vector<std::string> modelNames() const;

private:
    explicit Workspace(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path folder_;
    WorkspaceUse use_ = WorkspaceUse::Write;
    bool isReadOnly_ = false;
};

} // namespace flip
