#pragma once

#include <QIcon>
#include <QString>

namespace flip::ui {

/// A line icon of resources/icons, painted in the colours of the current theme: the second text
/// colour, or the accent when checked. "data", "runs", "stop", ...
QIcon icon(const QString& name);

} // namespace flip::ui
