#pragma once

#include "core/eval/calibration.h"

#include <QString>
#include <QWidget>

#include <vector>

class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace flip::ui {

/// A reliability diagram: the share of positives over the mean prediction, one point per bin, and
/// the diagonal of perfect calibration. Below the diagonal the predictions are too high. Shows the
/// numbers of a point when the pointer is near it.
class ReliabilityPlot : public QWidget {
    Q_OBJECT
public:
    struct Line {
        QString name; // shown in the legend if there is more than one line
        Calibration calibration;
    };

    explicit ReliabilityPlot(QWidget* parent = nullptr);

    void setLines(std::vector<Line> lines);
    const std::vector<Line>& lines() const { return lines_; }

private:
    void draw();
    void showTip(const QPoint& position);

    std::vector<Line> lines_;
    QLabel* legend_;
    QCustomPlot* plot_;
    QCPItemStraightLine* diagonal_;
};

} // namespace flip::ui
