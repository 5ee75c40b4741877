#include "app/open_display.h"

#include <QApplication>
#include <QStringList>

#include <cstdio>
#include <cstdlib>

namespace flip {

namespace {

constexpr int kWrongUsage = 2;

/// What Qt has said so far; its last words before it gives up name no reason.
QStringList& remarks() {
    static QStringList all;
    return all;
}

void tell(QtMsgType type, const QMessageLogContext&, const QString& text) {
    if (qEnvironmentVariableIsSet("QT_DEBUG_PLUGINS")) {
        std::fprintf(stderr, "%s\n", qPrintable(text));
    }
    if (type == QtWarningMsg || type == QtCriticalMsg) {
        remarks().append(text.simplified());
    }
    if (type == QtFatalMsg) {
        const QString reason = remarks().isEmpty() ? text.simplified() : remarks().join(", ");
        std::fprintf(stderr,
                     "no display can be opened (%s); set DISPLAY or WAYLAND_DISPLAY, or use "
                     "--screenshot or flip\n",
                     qPrintable(reason));
        std::_Exit(kWrongUsage);
    }
}

} // namespace

std::unique_ptr<QApplication> openDisplay(int& argc, char** argv) {
    qInstallMessageHandler(tell);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(nullptr);
    remarks().clear();
    return application;
}

} // namespace flip
