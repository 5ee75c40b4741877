#include "ui/window/desktop_id.h"

#include <QGuiApplication>

namespace flip::ui {

void nameProgram() {
    QCoreApplication::setOrganizationName(QString::fromLatin1(kProgramName));
    QCoreApplication::setApplicationName(QString::fromLatin1(kProgramName));
    QGuiApplication::setDesktopFileName(QString::fromLatin1(kDesktopId));
    // By X11 convention, Qt takes the instance of the window class from this variable, and
    // otherwise from the name of the executable.
    qputenv("RESOURCE_NAME", kDesktopId);
}

QIcon programIcon() {
    return QIcon::fromTheme(QString::fromLatin1(kDesktopId),
                            QIcon(QStringLiteral(":/icons/workbench.svg")));
}

} // namespace flip::ui
