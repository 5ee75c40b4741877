#pragma once

#include <QString>

class QWidget;

namespace flip::ui {

/// Waits until the background jobs of the window are done, 15 s at most, and saves what it shows.
bool savePicture(QWidget& window, const QString& file);

} // namespace flip::ui
