#include "app/open_display.h"
#include "app/window_about.h"
#include "app/window_words.h"
#include "core/base/log.h"
#include "core/run/kernel_caches.h"
#include "core/store/workspace.h"
#include "ui/views/desktop_id.h"
#include "ui/views/main_window.h"
#include "ui/views/window_picture.h"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int fail(int code, const QString& text) {
    std::fprintf(stderr, "%s\n", qPrintable(text));
    return code;
}

} // namespace

/// The window: reads the command line, opens the workspace, shows what was asked for.
int main(int argc, char** argv) {
    flip::boundKernelCaches();
    // Words are checked before there is a display to open: a wrong one is told anywhere.
    flip::ui::nameProgram();
    QCommandLineParser line;
    line.addHelpOption();
    line.addVersionOption();
    for (const flip::WindowWord& word : flip::kWindowWords) {
        line.addOption({word.name, word.help, word.value, word.defaultValue});
    }
    QStringList words;
    for (int i = 0; i < argc; ++i) {
        words << QString::fromLocal8Bit(argv[i]);
    }
    if (!line.parse(words)) {
        return fail(kWrongUsage, line.errorText() + "; see --help");
    }
    if (line.isSet("help") || line.isSet("version")) {
        std::fputs((line.isSet("help") ? flip::windowHelp() : flip::windowVersion()).c_str(),
                   stdout);
        return 0;
    }
    const QStringList size = line.value("size").split('x');
    const QSize pixels = size.size() == 2 ? QSize(size[0].toInt(), size[1].toInt()) : QSize();
    const auto theme = flip::ui::themeOfKey(line.value("theme"));
    const auto page = flip::ui::pageOfKey(line.value("page"));
    if (line.isSet("page") && !page) {
        return fail(kWrongUsage,
                    "--page: no page is called '" + line.value("page") + "'; see --help");
    }
    if (pixels.width() < 1 || pixels.height() < 1) {
        return fail(kWrongUsage, "--size: write it as 1600x1000");
    }
    if (line.isSet("theme") && !theme) {
        return fail(kWrongUsage, "--theme: write light, dark or system");
    }
    if (line.isSet("torch")) {
        return fail(kWrongUsage, "--torch: this program has a LibTorch of its own");
    }
    const bool pictured = line.isSet("screenshot");
    if (pictured && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    const auto application = flip::openDisplay(argc, argv);
    auto workspace =
        flip::Workspace::open(line.isSet("workspace") ? line.value("workspace").toStdString()
                                                      : flip::Workspace::defaultFolder().string());
    if (!workspace) {
        return fail(kWrongUsage, QString::fromStdString(workspace.problem().text()));
    }
    flip::log::openFile(workspace->folder() / "workbench.log");
    flip::ui::applyTheme(*application, flip::ui::ThemeChoice::System);
    flip::ui::MainWindow window(*workspace);
    window.restore(!line.isSet("size") && !pictured);
    if (theme) {
        window.setTheme(*theme);
    }
    if (line.isSet("size") || pictured) {
        window.resize(pixels);
    }
    window.openThings(line.positionalArguments());
    window.setPage(page.value_or(window.page()));
    window.show();
    if (pictured) {
        return flip::ui::savePicture(window, line.value("screenshot"))
                   ? 0
                   : fail(kFailed, "no picture written");
    }
    return QApplication::exec();
}
