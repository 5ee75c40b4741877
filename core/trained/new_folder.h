#pragma once

#include "core/base/result.h"
#include "core/base/work_folder.h"

#include <filesystem>
#include <string>

namespace flip {

/// A folder in the making beside the one to be, whose place it takes when it is complete: it holds
/// everything or is not there, whatever dies in between. What a killed program has left of one for
/// the same place goes.
class NewFolder {
public:
    /// `target` must be new or empty; `option` is what names another one, for Problems.
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
