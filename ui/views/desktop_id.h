#pragma once

namespace flip::ui {

/// The one name by which a desktop knows the window: its menu entry, its icon, its id on Wayland.
/// The files in resources/desktop are called so and say so too.
inline constexpr char kDesktopId[] = "org.flipworkbench.Workbench";

/// The name of the program, which on X11 is the class of its windows.
inline constexpr char kProgramName[] = "flip-workbench";

} // namespace flip::ui
