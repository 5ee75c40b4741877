#pragma once

#include <memory>

class QApplication;

namespace flip {

/// The application with its display. Where Qt cannot open one it would say so in five lines, advise
/// to install again, and abort; instead one line says why and what to do, and the program ends with
/// the status of wrong usage. What Qt remarks meanwhile is left out, unless $QT_DEBUG_PLUGINS asks
/// for it.
std::unique_ptr<QApplication> openDisplay(int& argc, char** argv);

} // namespace flip
