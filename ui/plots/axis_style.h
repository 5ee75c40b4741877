#pragma once

class QCPAxis;

namespace flip::ui {

/// Fonts, ticks and distances that the axes of all plots share.
void setUpAxis(QCPAxis& axis);

/// Its lines, grid and words in the colours of the theme as it is now.
void colourAxis(QCPAxis& axis);

} // namespace flip::ui
