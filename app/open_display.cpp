#include "app/open_display.h"

#include <QApplication>

#include <cstdio>
#include <cstdlib>

namespace flip {

namespace {

constexpr int kWrongUsage = 2;

void tell(QtMsgType type, const QMessageLogContext&, const QString& text) {
    if (qEnvironmentVariableIsSet("QT_DEBUG_PLUGINS")) {
        std::fprintf(stderr, "%s\n", qPrintable(text));
    }
    if (type == QtFatalMsg) {
        std::fputs("no display can be opened; set DISPLAY or WAYLAND_DISPLAY, or use --screenshot "
                   "or flip\n",
                   stderr);
        std::_Exit(kWrongUsage);
    }
}

} // namespace

std::unique_ptr<QApplication> openDisplay(int& argc, char** argv) {
    qInstallMessageHandler(tell);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(nullptr);
    return application;
}

} // namespace flip
