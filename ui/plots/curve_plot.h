#pragma once

#include "core/base/result.h"
#include "ui/models/curve_model.h"
#include "ui/models/plot_choice.h"
#include "ui/models/smoothing.h"

#include <QPointF>
#include <QTimer>
#include <QWidget>

#include <optional>
#include <string>
#include <vector>

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPItemTracer;
class QCPPainter;
class QCustomPlot;
class QLabel;

namespace flip::ui {

/// Curves over one axis: the legend above, raw values drawn pale behind smoothed ones, the best
/// point marked with its value. The wheel zooms at the cursor, dragging moves, shift-dragging zooms
/// to a range, a double click shows all; Ctrl+E exports, Ctrl+C copies. Redraws only what the model
/// reports as changed. The model must outlive it.
class CurvePlot : public QWidget {
    Q_OBJECT

public:
    explicit CurvePlot(const CurveModel& curves, QWidget* parent = nullptr);
    ~CurvePlot() override;

    void setChoice(const PlotChoice& choice);
    const PlotChoice& choice() const { return choice_; }

    void setX(CurveX x);
    void setSmoothing(double weight); // [0, 1); only where the choice is smoothed

    /// A vertical line at a position on the axis, e.g. an epoch; for scrubbers.
    void setMark(std::optional<double> x);

    /// The cross-hair, in the axis' unit; the plots of a grid move theirs together.
    void showCross(double x);
    void hideCross();

    void showAll(); // undoes zooming

    /// Writes .png, .pdf or .svg, by the extension of the file.
    Result<void> exportTo(const QString& file) const;

    QString legendText() const; // plain
    QString crossText() const;  // plain; empty while there is no cross-hair
    QString bestText() const;   // the label of the best point of all lines
    std::vector<double> shownValues(std::size_t line) const; // what is drawn, smoothed or not

    QSize minimumSizeHint() const override { return {220, 160}; }
    QSize sizeHint() const override { return {360, 240}; }

Q_SIGNALS:
    void crossMoved(double x);
    void crossLeft();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Line {
        PlotLine what;
        QCPGraph* ghost = nullptr;
        QCPGraph* curve = nullptr;
        QCPItemTracer* best = nullptr;
        std::optional<double> bestValue;
        DebiasedAverage average{0};
        std::size_t drawn = 0;
    };

    void addActions();
    void labelValueAxis(); // with a shorter label if the plot is low
    void rebuild();
    void drawFrom(Line& line, std::size_t from);
    void takeChanges(const std::vector<SeriesChange>& changes);
    void colour();
    void writeLegend();
    void fitRanges();
    void markBest();
    void placeBest();
    void refresh();
    void choosePath();
    void showMenu(QPoint at);
    void zoom(double factor);
    void pan(double part);
    void paintAll(QCPPainter& painter, QSize size) const;
    double weight() const { return choice_.smoothed ? smoothing_ : 0; }

    const CurveModel& curves_;
    PlotChoice choice_;
    std::vector<Line> lines_;
    CurveX x_ = CurveX::Step;
    double smoothing_ = 0;
    bool zoomed_ = false;
    std::optional<double> cross_;
    QLabel* legend_;
    QCustomPlot* plot_;
    QLabel* tip_;
    QLabel* empty_;
    QCPItemStraightLine* crossLine_;
    QCPItemStraightLine* markLine_;
    QCPItemText* bestLabel_;
    std::optional<QPointF> best_; // of all lines
    QTimer redraw_;               // at most 25 redraws per second, however fast facts arrive
};

} // namespace flip::ui
