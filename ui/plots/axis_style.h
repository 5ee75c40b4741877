#pragma once

class QCPAxis;

namespace flip::ui {

/// Fonts, ticks and distances that the axes of all plots share.
void setUpAxis(QCPAxis& axis);

/// Colours its lines, grid and labels for the current theme.
void colourAxis(QCPAxis& axis);

} // namespace flip::ui
