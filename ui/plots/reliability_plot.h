#pragma once

#include "core/eval/calibration.h"

#include <QString>
#include <QWidget>

#include <vector>

class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace flip::ui {

/// A reliability diagram: mean prediction against the share of positives, a point for each bin, the
/// diagonal where both are alike. Below the diagonal a model promises too much. A point tells its
/// numbers when the pointer comes near.
class ReliabilityPlot : public QWidget {
    Q_OBJECT
public:
    struct Line {
        QString name; // told in the legend where there is more than one line
        Calibration calibration;
    };

    explicit ReliabilityPlot(QWidget* parent = nullptr);

    void setLines(std::vector<Line> lines);
    const std::vector<Line>& lines() const { return lines_; }

private:
    void draw();
    void tell(const QPoint& position);

    std::vector<Line> lines_;
    QLabel* legend_;
    QCustomPlot* plot_;
    QCPItemStraightLine* diagonal_;
};

} // namespace flip::ui
