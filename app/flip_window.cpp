#include "app/launch/ask_window.h"
#include "app/launch/engine_start.h"

#include "core/base/installed.h"

#include <QApplication>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

/// Points a library to the package's own files where the system has none.
void standIn(const char* ofSystem, const char* variable, const fs::path& own) {
    std::error_code ignored;
    if (!fs::exists(ofSystem, ignored) && fs::exists(own, ignored)) {
        ::setenv(variable, own.c_str(), /*overwrite=*/0);
    }
}

std::optional<std::string> ask(int& argc, char** argv, const std::string& wanted,
                               const std::string& trouble) {
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) {
        return std::nullopt;
    }
    const fs::path plugins = flip::launch::partner("plugins");
    if (std::error_code ignored; fs::exists(plugins, ignored)) {
        QCoreApplication::setLibraryPaths({QString::fromStdString(plugins.string())});
    }
    static const QApplication application(argc, argv);
    return flip::launch::askInWindow(wanted, trouble);
}

} // namespace

/// What a package installs as flip-workbench: finds what the window needs, asks once for a PyTorch
/// where the package has none, and becomes the window. `--torch PLACE` as the first words names
/// one.
int main(int argc, char** argv) {
    std::string named;
    char** words = argv;
    if (argc > 2 && std::string(argv[1]) == "--torch") {
        named = argv[2];
        words = argv + 2;
        words[0] = argv[0];
    }
    const fs::path share = flip::installedShare();
    if (!share.empty()) {
        standIn("/etc/fonts/fonts.conf", "FONTCONFIG_FILE", share / "fonts.conf");
        standIn("/usr/share/X11/xkb", "XKB_CONFIG_ROOT", share / "xkb");
    }
    const flip::Problem problem = flip::launch::become(
        "flip-workbench", words, named, [&](const std::string& wanted, const std::string& trouble) {
            return ask(argc, argv, wanted, trouble);
        });
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    return problem.world ? 1 : 2;
}
