#pragma once

#include "core/base/result.h"
#include "core/base/work_folder.h"

#include <filesystem>
#include <string>

namespace flip {

/// A folder that is written beside its target and moved there when it is complete, so that a
/// failure or crash leaves no incomplete target. Removes what a killed program left behind for the
/// same target.
class NewFolder {
public:
    /// `target` must be new or empty; `option` is the command-line option that Problems suggest for
    /// naming another one.
    static Result<NewFolder> at(const std::filesystem::path& target, const std::string& option);

    std::filesystem::path path() const { return work_.path() / "new"; }

    Result<void> complete();

private:
    NewFolder(WorkFolder work, std::filesystem::path target)
        : work_(std::move(work)), target_(std::move(target)) {}

    WorkFolder work_;
    std::filesystem::path target_;
};

} // namespace flip
