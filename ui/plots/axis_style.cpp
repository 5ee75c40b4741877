#include "ui/plots/axis_style.h"

#include "ui/widgets/theme.h"

#include <qcustomplot.h>

namespace flip::ui {

void setUpAxis(QCPAxis& axis) {
    axis.setNumberFormat(QStringLiteral("g"));
    axis.setTickLabelFont(captionFont());
    axis.setLabelFont(captionFont());
    axis.setTickLengthOut(3);
    axis.setTickLengthIn(0);
    axis.setSubTicks(false);
    axis.setTickLabelPadding(3);
    axis.setLabelPadding(2);
}

void colourAxis(QCPAxis& axis) {
    const Theme now = theme();
    axis.setBasePen(QPen(now.line, 1));
    axis.setTickPen(QPen(now.line, 1));
    axis.setTickLabelColor(now.secondText);
    axis.setLabelColor(now.text);
    axis.grid()->setPen(QPen(now.line, 0.5));
    axis.grid()->setZeroLinePen(QPen(now.line, 0.5));
}

} // namespace flip::ui
