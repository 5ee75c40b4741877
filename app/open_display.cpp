#include "app/open_display.h"

#include <QApplication>
#include <QStringList>

#include <cstdio>
#include <cstdlib>

namespace flip {

namespace {

constexpr int kWrongUsage = 2;

/// Qt's warnings so far; its final message does not contain the reason.
QStringList& qtWarnings() {
    static QStringList all;
    return all;
}

void handleMessage(QtMsgType type, const QMessageLogContext&, const QString& text) {
    if (qEnvironmentVariableIsSet("QT_DEBUG_PLUGINS")) {
        std::fprintf(stderr, "%s\n", qPrintable(text));
    }
    if (type == QtWarningMsg || type == QtCriticalMsg) {
        qtWarnings().append(text.simplified());
    }
    if (type == QtFatalMsg) {
        const QString reason = qtWarnings().isEmpty() ? text.simplified() : qtWarnings().join(", ");
        std::fprintf(stderr,
                     "no display can be opened (%s); set DISPLAY or WAYLAND_DISPLAY, or use "
                     "--screenshot or flip\n",
                     qPrintable(reason));
        std::_Exit(kWrongUsage);
    }
}

} // namespace

std::unique_ptr<QApplication> openDisplay(int& argc, char** argv) {
    qInstallMessageHandler(handleMessage);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(nullptr);
    qtWarnings().clear();
    return application;
}

} // namespace flip
