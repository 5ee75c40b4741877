#pragma once

#include <QIcon>

namespace flip::ui {

/// The one name by which a desktop knows the window: its menu entry, its icon, its id on Wayland,
/// the instance of its class on X11. The files in resources/desktop are called so and say so too.
inline constexpr char kDesktopId[] = "org.flipworkbench.Workbench";

inline constexpr char kProgramName[] = "flip-workbench";

/// Tells Qt both. To be called before there is an application.
void nameProgram();

/// The program's own icon: as the desktop's theme has it, else as it is built in.
QIcon programIcon();

} // namespace flip::ui
