#pragma once

#include <QIcon>

namespace flip::ui {

/// The name by which a desktop identifies the window: its menu entry, its icon, its id on Wayland,
/// the instance of its class on X11. The files in resources/desktop have and contain this name.
inline constexpr char kDesktopId[] = "org.flipworkbench.Workbench";

inline constexpr char kProgramName[] = "flip-workbench";

/// Sets both in Qt. Call it before the application is created.
void nameProgram();

/// The program's icon: from the desktop's theme, else the built-in one.
QIcon programIcon();

} // namespace flip::ui
