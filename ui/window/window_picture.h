#pragma once

#include "core/base/result.h"

#include <QSize>
#include <QString>

class QWidget;

namespace flip::ui {

/// The default window size for a screenshot.
constexpr QSize kPictureSize(1280, 800);

/// Waits until the background jobs of the window are done, 15 s at most, and saves a screenshot.
Result<void> savePicture(QWidget& window, const QString& file);

} // namespace flip::ui
