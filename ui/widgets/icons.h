#pragma once

#include <QIcon>
#include <QString>

namespace flip::ui {

/// A line icon of resources/icons, drawn when it is painted in the colours then in force: the
/// second text colour, the accent when checked. "data", "runs", "stop", ...
QIcon icon(const QString& name);

} // namespace flip::ui
