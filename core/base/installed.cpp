#include "core/base/installed.h"

#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;

/// PREFIX/bin, or PREFIX/lib/flip-workbench.
fs::path folderOfThisProgram() {
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

} // namespace

fs::path installedShare() {
    std::error_code ignored;
    const fs::path here = folderOfThisProgram();
    for (const fs::path& prefix : {here.parent_path(), here.parent_path().parent_path()}) {
        const fs::path share = prefix / "share" / "flip-workbench";
        if (fs::is_directory(share, ignored)) {
            return share;
        }
    }
    return {};
}

fs::path installedPart(const std::string& name) {
    std::error_code ignored;
    const fs::path here = folderOfThisProgram();
    const fs::path packaged = here.parent_path() / "lib" / "flip-workbench" / name;
    return fs::exists(packaged, ignored) ? packaged : here / name;
}

} // namespace flip
