#pragma once

#include "ui/models/plot_choice.h"

#include <QScrollArea>

#include <vector>

namespace flip::ui {

class CurvePlot;

/// Plots in rows and columns that fill the space, in the number of columns that gives them the best
/// shape; scrolls if they would still be too small. All plots share one cross-hair.
class CurveGrid : public QScrollArea {
    Q_OBJECT

public:
    explicit CurveGrid(const CurveModel& curves, QWidget* parent = nullptr);

    void setPlots(const std::vector<PlotChoice>& plots);
    const std::vector<CurvePlot*>& plots() const { return plots_; }

public Q_SLOTS:
    void setX(flip::ui::CurveX x);
    void setSmoothing(double weight);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    CurvePlot* addPlot();
    void arrange();

    const CurveModel& curves_;
    QWidget* sheet_;
    std::vector<CurvePlot*> plots_; // shown
    std::vector<CurvePlot*> spare_; // kept for reuse
    CurveX x_ = CurveX::Step;
    double smoothing_ = 0;
};

/// Columns for `count` plots in a space, so that the smaller of width / 1.6 and height is largest.
int columnsFor(int count, QSize space);

} // namespace flip::ui
