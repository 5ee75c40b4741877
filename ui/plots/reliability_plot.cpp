#include "ui/plots/reliability_plot.h"

#include "ui/models/wording.h"
#include "ui/plots/axis_style.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace flip::ui {

namespace {
constexpr int kNear = 14; // pixels between pointer and point
constexpr double kDot = 5;
} // namespace

ReliabilityPlot::ReliabilityPlot(QWidget* parent)
    : QWidget(parent), legend_(new QLabel(this)), plot_(new QCustomPlot(this)),
      diagonal_(new QCPItemStraightLine(plot_)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace1);
    column->addWidget(legend_);
    column->addWidget(plot_, 1);
    legend_->setTextFormat(Qt::RichText);
    legend_->setFont(captionFont());
    legend_->setWordWrap(true);
    setAccessibleName(tr("Reliability diagram"));
    plot_->setAccessibleName(tr("Reliability diagram"));
    plot_->setMinimumSize(160, 140);
    plot_->setMouseTracking(true);
    diagonal_->point1->setCoords(0, 0);
    diagonal_->point2->setCoords(1, 1);
    plot_->axisRect()->setMinimumMargins({8, 8, 12, 6});
    plot_->xAxis->setLabel(tr("mean prediction"));
    plot_->yAxis->setLabel(tr("share of positives"));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        auto ticks = QSharedPointer<QCPAxisTickerFixed>::create();
        ticks->setTickStep(0.25);
        axis->setTicker(ticks);
        setUpAxis(*axis);
        axis->setRange(-0.02, 1.02);
    }
    connect(plot_, &QCustomPlot::mouseMove, this,
            [this](const QMouseEvent* event) { showTip(event->pos()); });
    connect(themeNotifier(), &ThemeNotifier::changed, this, &ReliabilityPlot::draw);
    draw();
}

void ReliabilityPlot::setLines(std::vector<Line> lines) {
    lines_ = std::move(lines);
    draw();
}

void ReliabilityPlot::draw() {
    const Theme colours = theme();
    plot_->setBackground(colours.surface);
    diagonal_->setPen(QPen(colours.secondText, 1, Qt::DashLine));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        colourAxis(*axis);
    }
    plot_->clearGraphs();
    QStringList names;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const int index = static_cast<int>(i);
        QVector<double> predicted;
        QVector<double> observed;
        for (const CalibrationBin& bin : lines_[i].calibration.bins) {
            predicted << bin.meanPrediction;
            observed << bin.positiveShare;
        }
        QCPGraph* graph = plot_->addGraph();
        graph->setData(predicted, observed, true);
        graph->setPen(QPen(seriesColor(index), 1.5));
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, seriesColor(index), kDot));
        names << QStringLiteral("<span style='color:%1'>●</span> %2")
                     .arg(seriesColor(index).name(), lines_[i].name.toHtmlEscaped());
    }
    legend_->setText(names.join(QStringLiteral("&nbsp;&nbsp; ")));
    legend_->setVisible(lines_.size() > 1);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ReliabilityPlot::showTip(const QPoint& position) {
    double nearest = kNear;
    QString text;
    for (const Line& line : lines_) {
        for (const CalibrationBin& bin : line.calibration.bins) {
            const double away =
                std::hypot(plot_->xAxis->coordToPixel(bin.meanPrediction) - position.x(),
                           plot_->yAxis->coordToPixel(bin.positiveShare) - position.y());
            if (away < nearest) {
                nearest = away;
                text = tr("predicted %1, observed %2, %3 rows")
                           .arg(scoreText(bin.meanPrediction), scoreText(bin.positiveShare),
                                countText(bin.rows));
                if (lines_.size() > 1) {
                    text = line.name + QStringLiteral(": ") + text;
                }
            }
        }
    }
    if (text.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(plot_->mapToGlobal(position), text, plot_);
    }
}

} // namespace flip::ui
