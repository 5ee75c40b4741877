#pragma once

#include "ui/models/curve_model.h"

#include <QSharedPointer>

class QCPAxisTicker;

namespace flip::ui {

/// Ticks of a horizontal axis: whole steps and epochs, counts with thin spaces, round durations.
QSharedPointer<QCPAxisTicker> ticksFor(CurveX x);

/// The position of the cross-hair as text: "step 1 200", "epoch 2.4", "1 m 23 s".
QString positionText(CurveX x, double value);

} // namespace flip::ui
