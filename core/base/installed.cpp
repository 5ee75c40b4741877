#include "core/base/installed.h"

#include <system_error>

namespace flip {

std::filesystem::path installedShare() {
    namespace fs = std::filesystem;
    std::error_code ignored;
    // Programs stand in PREFIX/bin, or in PREFIX/lib/flip-workbench.
    const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const fs::path& prefix : {here.parent_path(), here.parent_path().parent_path()}) {
        const fs::path share = prefix / "share" / "flip-workbench";
        if (fs::is_directory(share, ignored)) {
            return share;
        }
    }
    return {};
}

} // namespace flip
