#include "app/open_display.h"
#include "app/window_about.h"
#include "app/window_request.h"
#include "core/base/log.h"
#include "core/base/version.h"
#include "core/device/kernel_caches.h"
#include "core/store/workspace.h"
#include "ui/bridge/named_things.h"
#include "ui/window/desktop_id.h"
#include "ui/window/main_window.h"
#include "ui/window/window_picture.h"

#include <QApplication>

#include <cstdio>

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int fail(int code, const flip::Problem& problem) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    return code;
}

} // namespace

/// The window: parses the command line, opens the workspace and shows what was requested.
int main(int argc, char** argv) {
    flip::setProgramCommit(flip::builtCommit());
    flip::limitKernelCaches();
    // The command line is checked before the display is opened, so errors are also reported
    // without a display.
    flip::ui::nameProgram();
    const auto request = flip::readWindowRequest(argc, argv);
    if (!request) {
        return fail(kWrongUsage, request.problem());
    }
    if (request->help || request->version) {
        std::fputs((request->help ? flip::windowHelp() : flip::windowVersion()).c_str(), stdout);
        return 0;
    }
    const bool pictured = request->screenshot.has_value();
    if (pictured && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    const auto application = flip::openDisplay(argc, argv);
    auto workspace = flip::Workspace::open(request->workspace);
    std::error_code ignored;
    if (!workspace && std::filesystem::is_directory(request->workspace, ignored)) {
        // Another user's workspace or a read-only medium: open it read-only.
        workspace = flip::Workspace::open(request->workspace, flip::WorkspaceUse::Read);
    }
    if (!workspace) {
        return fail(kWrongUsage, workspace.problem());
    }
    // With --screenshot nobody sees the window's messages about these.
    if (const auto named = flip::ui::findNamedThings(request->things, *workspace);
        pictured && !named.problems.empty()) {
        return fail(kWrongUsage, named.problems.front());
    }
    if (!workspace->isReadOnly()) {
        flip::log::openFile(workspace->folder() / "workbench.log");
    }
    flip::ui::applyTheme(*application, flip::ui::ThemeChoice::System);
    flip::ui::MainWindow window(*workspace);
    window.restore(!request->size && !pictured);
    if (request->theme) {
        window.setTheme(*request->theme);
    }
    if (request->size || pictured) {
        window.resize(request->size.value_or(flip::ui::kPictureSize));
    }
    window.openThings(request->things);
    window.setPage(request->page.value_or(window.page()));
    window.show();
    if (!pictured) {
        return QApplication::exec();
    }
    const auto saved = flip::ui::savePicture(window, *request->screenshot);
    return saved ? 0 : fail(kFailed, saved.problem());
}
