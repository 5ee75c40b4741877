#include "core/trained/new_folder.h"

#include "core/base/files.h"

#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

/// The folder to be, whole and without a slash at its end; it must not hold anything.
Result<fs::path> freePlace(const fs::path& out, const std::string& option) {
    std::error_code error;
    fs::path target = fs::weakly_canonical(fs::absolute(out, error), error);
    if (error || out.empty()) {
        return Problem{"is no folder that can be made; name another with " + option, out.string()};
    }
    if (!target.has_filename()) {
        target = target.parent_path();
    }
    if (fs::exists(target, error) &&
        (!fs::is_directory(target, error) || !fs::is_empty(target, error))) {
        return Problem{"is there already; name a new or an empty folder with " + option,
                       out.string()};
    }
    return target;
}

} // namespace

Result<NewFolder> NewFolder::at(const fs::path& target, const std::string& option) {
    auto place = freePlace(target, option);
    if (!place) {
        return place.problem();
    }
    auto work =
        WorkFolder::make(place->parent_path(), "." + place->filename().string() + ".export-");
    if (!work) {
        Problem problem = work.problem();
        problem.what += "; name another folder with " + option;
        problem.where = place->string();
        return problem;
    }
    NewFolder folder(std::move(*work), std::move(*place));
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
    fs::rename(path(), target_, error); // an empty folder there is replaced
    if (error) {
        return Problem{"cannot be put in its place: " + error.message(), target_.string()};
    }
    return flushToDisk(target_.parent_path());
}

} // namespace flip
