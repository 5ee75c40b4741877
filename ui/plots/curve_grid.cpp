#include "ui/plots/curve_grid.h"

#include "ui/plots/curve_plot.h"
#include "ui/widgets/theme.h"

#include <QScrollBar>

#include <algorithm>

namespace flip::ui {

namespace {
constexpr double kShape = 1.6; // width to height of a good plot
constexpr int kMinHeight = 180;
constexpr int kMinWidth = 230;
} // namespace

int columnsFor(int count, QSize space) {
    int best = 1;
    double bestSize = 0;
    for (int columns = 1; columns <= std::max(1, count); ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double width = static_cast<double>(space.width()) / columns;
        const double height = static_cast<double>(space.height()) / rows;
        const double size = std::min(width / kShape, height);
        if ((columns == 1 || width >= kMinWidth) && size > bestSize) {
            best = columns;
            bestSize = size;
        }
    }
    return best;
}

CurveGrid::CurveGrid(const CurveModel& curves, QWidget* parent)
    : QScrollArea(parent), curves_(curves), sheet_(new QWidget(this)) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setWidget(sheet_);
    viewport()->setAutoFillBackground(false);
    sheet_->setAutoFillBackground(false);
    setMinimumSize(kMinWidth, 150);
}

CurvePlot* CurveGrid::addPlot() {
    auto* plot = new CurvePlot(curves_, sheet_);
    const auto others = [this, plot](auto does) {
        for (CurvePlot* other : plots_) {
            if (other != plot) {
                does(other);
            }
        }
    };
    connect(plot, &CurvePlot::crossMoved, this,
            [others](double x) { others([x](CurvePlot* other) { other->showCross(x); }); });
    connect(plot, &CurvePlot::crossLeft, this,
            [others] { others([](CurvePlot* other) { other->hideCross(); }); });
    return plot;
}

void CurveGrid::setPlots(const std::vector<PlotChoice>& plots) {
    while (plots_.size() > plots.size()) {
        plots_.back()->hide();
        spare_.push_back(plots_.back());
        plots_.pop_back();
    }
    const bool grown = plots_.size() < plots.size();
    while (plots_.size() < plots.size()) {
        if (spare_.empty()) {
            plots_.push_back(addPlot());
        } else {
            plots_.push_back(spare_.back());
            spare_.pop_back();
        }
        plots_.back()->show();
    }
    for (std::size_t i = 0; i < plots.size(); ++i) {
        plots_[i]->setX(x_);
        plots_[i]->setSmoothing(smoothing_);
        plots_[i]->setChoice(plots[i]);
    }
    if (grown || !plots.empty()) {
        arrange();
    }
}

void CurveGrid::setX(CurveX x) {
    x_ = x;
    for (CurvePlot* plot : plots_) {
        plot->setX(x);
    }
}

void CurveGrid::setSmoothing(double weight) {
    smoothing_ = weight;
    for (CurvePlot* plot : plots_) {
        plot->setSmoothing(weight);
    }
}

void CurveGrid::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

void CurveGrid::arrange() {
    const int count = static_cast<int>(plots_.size());
    if (count == 0) {
        return;
    }
    const QSize space = maximumViewportSize();
    const int columns = columnsFor(count, space);
    const int rows = (count + columns - 1) / columns;
    const bool scrolls = rows * (kMinHeight + kSpace2) > space.height();
    const int barWidth = scrolls ? verticalScrollBar()->sizeHint().width() : 0;
    const int width = space.width() - barWidth;
    const int height = scrolls ? rows * (kMinHeight + kSpace2) - kSpace2 : space.height();
    sheet_->resize(width, height);
    for (int i = 0; i < count; ++i) {
        const int row = i / columns;
        // The plots of a last row that is not full share its width.
        const int inRow = row == rows - 1 ? count - row * columns : columns;
        const int column = i % columns;
        const auto edge = [](int total, int parts, int part) {
            return static_cast<int>(static_cast<double>(total + kSpace2) * part / parts);
        };
        const int left = edge(width, inRow, column);
        const int top = edge(height, rows, row);
        plots_[static_cast<std::size_t>(i)]->setGeometry(
            left, top, edge(width, inRow, column + 1) - left - kSpace2,
            edge(height, rows, row + 1) - top - kSpace2);
    }
}

} // namespace flip::ui
