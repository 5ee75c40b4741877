#include "ui/window/desktop_id.h"

#include <QGuiApplication>

namespace flip::ui {

void nameProgram() {
    QCoreApplication::setOrganizationName(QString::fromLatin1(kProgramName));
    QCoreApplication::setApplicationName(QString::fromLatin1(kProgramName));
    QGuiApplication::setDesktopFileName(QString::fromLatin1(kDesktopId));
    // Where Qt, as X11's conventions have it, takes the instance of the class from; else it is the
    // name of the program's file.
    qputenv("RESOURCE_NAME", kDesktopId);
}

QIcon programIcon() {
    return QIcon::fromTheme(QString::fromLatin1(kDesktopId),
                            QIcon(QStringLiteral(":/icons/workbench.svg")));
}

} // namespace flip::ui
