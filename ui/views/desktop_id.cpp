#include "ui/views/desktop_id.h"

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

} // namespace flip::ui
