#pragma once

#include <memory>

class QApplication;

namespace flip {

/// Opens the display and returns the application. If Qt cannot open a display, it would print five
/// lines, suggest a reinstallation and abort; instead one line states the reason and what to do,
/// and the program exits with the status for wrong usage. Qt's own messages are printed only if
/// $QT_DEBUG_PLUGINS is set.
std::unique_ptr<QApplication> openDisplay(int& argc, char** argv);

} // namespace flip
