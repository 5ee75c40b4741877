#include "core/trained/new_folder.h"

#include "core/base/files.h"

#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

/// The absolute target without a slash at its end; it must be missing or an empty folder.
Result<fs::path> checkedTarget(const fs::path& out, const std::string& option) {
    std::error_code error;
    fs::path target = fs::weakly_canonical(fs::absolute(out, error), error);
    if (error || out.empty()) {
        return Problem{"cannot be created; name another folder with " + option, out.string()};
    }
    if (!target.has_filename()) {
        target = target.parent_path();
    }
    if (fs::exists(target, error) &&
        (!fs::is_directory(target, error) || !fs::is_empty(target, error))) {
        return Problem{"exists already; name a new or an empty folder with " + option,
                       out.string()};
    }
    return target;
}

} // namespace

Result<NewFolder> NewFolder::at(const fs::path& target, const std::string& option) {
    auto checked = checkedTarget(target, option);
    if (!checked) {
        return checked.problem();
    }
    auto work =
        WorkFolder::make(checked->parent_path(), "." + checked->filename().string() + ".export-");
    if (!work) {
        Problem problem = work.problem();
        problem.what += "; name another folder with " + option;
        problem.where = checked->string();
        return problem;
    }
    NewFolder folder(std::move(*work), std::move(*checked));
    if (auto made = makeFolder(folder.path()); !made) {
        return made.problem();
    }
    return folder;
}

Result<void> NewFolder::complete() {
    if (auto flushed = flushToDisk(path()); !flushed) {
        return flushed;
    }
    std::error_code error;
    fs::rename(path(), target_, error); // replaces an empty folder
    if (error) {
        return Problem{"cannot be moved into place: " + error.message(), target_.string()};
    }
    return flushToDisk(target_.parent_path());
}

} // namespace flip
