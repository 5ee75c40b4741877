#include "ui/plots/curve_plot.h"

#include "ui/models/wording.h"
#include "ui/plots/axis_style.h"
#include "ui/plots/axis_ticks.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QLabel>
#include <QPainter>
#include <QTextDocument>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace flip::ui {

namespace {

constexpr int kEntriesAlways = 6; // listed at the cross-hair even if they extend below the plot
constexpr double kPadding = 0.05;
constexpr std::size_t kDottedPoints = 60; // up to this many, points are drawn as dots too
constexpr double kGhostOpacity = 0.3;
constexpr int kRedrawMilliseconds = 40;

QString plain(const QString& html) {
    QTextDocument document;
    document.setHtml(html);
    return document.toPlainText().simplified();
}

QCPRange padded(QCPRange range, double padding) {
    if (range.size() <= 0) {
        const double half = std::max(1e-3, std::abs(range.lower) * 0.02);
        return {range.lower - half, range.upper + half};
    }
    return {range.lower - padding * range.size(), range.upper + padding * range.size()};
}

} // namespace

CurvePlot::CurvePlot(const CurveModel& curves, QWidget* parent)
    : QWidget(parent), curves_(curves), legend_(new QLabel(this)), plot_(new QCustomPlot(this)),
      tip_(new QLabel(plot_)), empty_(new QLabel(plot_)),
      crossLine_(new QCPItemStraightLine(plot_)), markLine_(new QCPItemStraightLine(plot_)),
      bestLabel_(new QCPItemText(plot_)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace2, kSpace2, kSpace2, kSpace1);
    column->setSpacing(kSpace1);
    column->addWidget(legend_);
    column->addWidget(plot_, 1);
    legend_->setTextFormat(Qt::RichText);
    legend_->setWordWrap(true);
    legend_->setFont(captionFont());
    for (QLabel* label : {tip_, empty_}) {
        label->setAttribute(Qt::WA_TransparentForMouseEvents);
        label->setTextFormat(Qt::RichText);
        label->setFont(captionFont());
    }
    tip_->setAutoFillBackground(true);
    tip_->setMargin(kSpace1);
    tip_->hide();
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    crossLine_->setVisible(false);
    markLine_->setVisible(false);
    bestLabel_->setVisible(false);
    bestLabel_->setClipToAxisRect(false);
    bestLabel_->setFont(captionFont());
    bestLabel_->setPadding(QMargins(2, 0, 2, 0));
    bestLabel_->position->setType(QCPItemPosition::ptAbsolute);

    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setContextMenuPolicy(Qt::CustomContextMenu);
    plot_->setMinimumSize(120, 90);
    plot_->axisRect()->setMinimumMargins({8, 8, 18, 6});
    plot_->xAxis->setTicker(ticksFor(x_));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        setUpAxis(*axis);
        axis->setNumberPrecision(4);
        axis->setRange(0, 1);
        connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
                [this] { zoomed_ = true; });
    }
    plot_->installEventFilter(this);
    redraw_.setSingleShot(true);
    redraw_.setInterval(kRedrawMilliseconds);
    connect(&redraw_, &QTimer::timeout, this, &CurvePlot::refresh);
    connect(plot_, &QCustomPlot::afterLayout, this, &CurvePlot::placeBest);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, &CurvePlot::showAll);
    connect(plot_, &QCustomPlot::customContextMenuRequested, this, &CurvePlot::showMenu);
    connect(plot_, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) {
        plot_->setSelectionRectMode(event->modifiers().testFlag(Qt::ShiftModifier) ? QCP::srmZoom
                                                                                   : QCP::srmNone);
    });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        if (plot_->axisRect()->rect().contains(event->pos())) {
            const double x = plot_->xAxis->pixelToCoord(event->pos().x());
            showCross(x);
            Q_EMIT crossMoved(x);
        } else if (cross_) {
            hideCross();
            Q_EMIT crossLeft();
        }
    });
    connect(&curves_, &CurveModel::changed, this, &CurvePlot::takeChanges);
    connect(&curves_, &CurveModel::forgotten, this, [this](const std::string& run) {
        if (std::any_of(lines_.begin(), lines_.end(),
                        [&run](const Line& line) { return line.what.key.run == run; })) {
            rebuild();
        }
    });
    connect(themeNotifier(), &ThemeNotifier::changed, this, &CurvePlot::colour);
    addActions();
    colour();
}

CurvePlot::~CurvePlot() = default;

void CurvePlot::setChoice(const PlotChoice& choice) {
    if (choice == choice_) {
        return;
    }
    const bool sameLines = choice.lines == choice_.lines;
    choice_ = choice;
    zoomed_ = zoomed_ && sameLines;
    setAccessibleName(choice_.valueLabel);
    plot_->setAccessibleName(choice_.valueLabel);
    labelValueAxis();
    plot_->xAxis->setLabel(axisLabel(x_));
    empty_->setText(choice_.emptyText);
    rebuild();
}

void CurvePlot::labelValueAxis() {
    const QFontMetrics metrics(plot_->yAxis->labelFont());
    const QMargins margins = plot_->axisRect()->margins();
    const int room = plot_->height() - margins.top() - margins.bottom();
    QString label = choice_.valueLabel;
    // "validation LogLoss (nats)" -> "LogLoss (nats)"
    while (metrics.horizontalAdvance(label) > room && label.count(QLatin1Char(' ')) > 1) {
        label = label.section(QLatin1Char(' '), 1);
    }
    plot_->yAxis->setLabel(label);
}

void CurvePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    labelValueAxis();
}

void CurvePlot::setX(CurveX x) {
    if (x == x_) {
        return;
    }
    x_ = x;
    zoomed_ = false;
    plot_->xAxis->setTicker(ticksFor(x));
    plot_->xAxis->setLabel(axisLabel(x));
    hideCross();
    rebuild();
}

void CurvePlot::setSmoothing(double weight) {
    if (weight != smoothing_) {
        smoothing_ = weight;
        if (choice_.smoothed) {
            rebuild();
        }
    }
}

void CurvePlot::setMark(std::optional<double> x) {
    markLine_->setVisible(x.has_value());
    if (x) {
        markLine_->point1->setCoords(*x, 0);
        markLine_->point2->setCoords(*x, 1);
    }
    redraw_.start();
}

void CurvePlot::rebuild() {
    for (const Line& line : lines_) {
        plot_->removeItem(line.best);
    }
    plot_->clearGraphs();
    lines_.clear();
    for (const PlotLine& what : choice_.lines) {
        Line line{.what = what};
        line.ghost = plot_->addGraph();
        lines_.push_back(line);
    }
    for (Line& line : lines_) { // every smoothed line above every ghost
        line.curve = plot_->addGraph();
        line.best = new QCPItemTracer(plot_);
        line.best->setVisible(false);
        line.best->setStyle(QCPItemTracer::tsCircle);
        line.best->setSize(9);
        drawFrom(line, 0);
    }
    colour();
}

void CurvePlot::takeChanges(const std::vector<SeriesChange>& changes) {
    bool any = false;
    for (const SeriesChange& change : changes) {
        for (Line& line : lines_) {
            if (line.what.key == change.key) {
                drawFrom(line, change.from);
                any = true;
            }
        }
    }
    if (any && !redraw_.isActive()) {
        redraw_.start();
    }
}

void CurvePlot::drawFrom(Line& line, std::size_t from) {
    const auto points = curves_.points(line.what.key);
    if (from < line.drawn || from == 0) {
        from = 0; // the average at `from` was not stored, so it starts again
        line.ghost->data()->clear();
        line.curve->data()->clear();
        line.average = DebiasedAverage(weight());
    } else {
        from = line.drawn;
    }
    QVector<QCPGraphData> raw;
    QVector<QCPGraphData> smooth;
    for (std::size_t i = from; i < points.size(); ++i) {
        const double x = points[i].at(x_);
        if (weight() > 0) {
            raw.append({x, points[i].value});
        }
        smooth.append({x, line.average.add(points[i].value)});
    }
    line.ghost->data()->add(raw, true);
    line.curve->data()->add(smooth, true);
    line.drawn = points.size();
    const bool dots = points.size() <= kDottedPoints;
    line.curve->setScatterStyle(dots ? QCPScatterStyle(QCPScatterStyle::ssDisc, 5)
                                     : QCPScatterStyle(QCPScatterStyle::ssNone));
}

void CurvePlot::colour() {
    const Theme now = theme();
    plot_->setBackground(now.surface);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        colourAxis(*axis);
    }
    for (const Line& line : lines_) {
        const QColor colour = seriesColor(line.what.colour);
        line.ghost->setPen(QPen(blend(colour, now.surface, kGhostOpacity), 1));
        line.curve->setPen(QPen(colour, 1.5, seriesStyle(line.what.colour)));
        line.best->setPen(QPen(colour, 2));
        line.best->setBrush(now.surface);
    }
    bestLabel_->setColor(now.text);
    QColor behind = now.surface;
    behind.setAlphaF(0.85F);
    bestLabel_->setBrush(behind);
    crossLine_->setPen(QPen(now.secondText, 1, Qt::DotLine));
    markLine_->setPen(QPen(now.accent, 1.5));
    QPalette tipPalette = tip_->palette();
    tipPalette.setColor(QPalette::Window, blend(now.window, now.surface, 0.9));
    tipPalette.setColor(QPalette::WindowText, now.text);
    tip_->setPalette(tipPalette);
    QPalette quiet = empty_->palette();
    quiet.setColor(QPalette::WindowText, now.secondText);
    empty_->setPalette(quiet);
    refresh();
    update();
}

void CurvePlot::writeLegend() {
    const Theme now = theme();
    QStringList entries;
    for (const Line& line : lines_) {
        const bool dashed = seriesStyle(line.what.colour) != Qt::SolidLine;
        QString label = shortName(line.what.label, 32);
        if (line.bestValue) {
            label += QStringLiteral(" best ") + scoreText(line.bestValue);
        }
        // Keeps a name on one line when the legend wraps.
        label = label.toHtmlEscaped()
                    .replace(QLatin1Char(' '), QStringLiteral("&nbsp;"))
                    .replace(QLatin1Char('-'), QChar(0x2011));
        entries << QStringLiteral("<span style='color:%1'>%2</span>&nbsp;"
                                  "<span style='color:%3'>%4</span>")
                       .arg(seriesColor(line.what.colour).name(),
                            dashed ? QStringLiteral("╍╍") : QStringLiteral("━━"), now.text.name(),
                            label);
    }
    QString html = entries.join(QStringLiteral("&nbsp; "));
    if (weight() > 0 && !lines_.empty()) {
        html += QStringLiteral("&nbsp; <span style='color:%1'>smoothed&nbsp;%2&nbsp;over&nbsp;raw"
                               "</span>")
                    .arg(now.secondText.name(), QString::number(weight(), 'g', 3));
    }
    if (html != legend_->text()) {
        legend_->setText(html);
    }
}

void CurvePlot::refresh() {
    const bool any =
        std::any_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.drawn > 0; });
    empty_->setVisible(!any);
    empty_->setGeometry(plot_->rect().adjusted(60, 20, -20, -50));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setTickLabels(any);
    }
    markBest();
    writeLegend();
    fitRanges();
    if (cross_) {
        showCross(*cross_);
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::fitRanges() {
    if (zoomed_) {
        return;
    }
    QCPRange keys;
    QCPRange values;
    bool any = false;
    for (const Line& line : lines_) {
        for (const QCPGraph* graph : {line.ghost, line.curve}) {
            bool foundKey = false;
            bool foundValue = false;
            const QCPRange key = graph->getKeyRange(foundKey);
            const QCPRange value = graph->getValueRange(foundValue);
            if (foundKey && foundValue) {
                keys = any ? keys.expanded(key) : key;
                values = any ? values.expanded(value) : value;
                any = true;
            }
        }
    }
    if (!any) {
        return;
    }
    const QSignalBlocker quietX(plot_->xAxis);
    const QSignalBlocker quietY(plot_->yAxis);
    if (keys.lower < 0.5 * keys.upper || keys.size() <= 0) {
        keys.lower = std::min(0.0, keys.lower); // plots side by side start at the same position
    }
    plot_->xAxis->setRange(keys.lower == 0 && keys.upper > 0 ? QCPRange(0, keys.upper * 1.03)
                                                             : padded(keys, 0.03));
    // Room for the label beyond the best point, as a fraction of the value range.
    const double area = std::max(60, plot_->axisRect()->height());
    const double part = (QFontMetrics(captionFont()).height() + 10) / area;
    const double room =
        choice_.best == BestMark::None ? kPadding : part / (1 - 2 * std::min(part, 0.35));
    plot_->yAxis->setRange(padded(values, room));
}

void CurvePlot::markBest() {
    best_.reset();
    if (choice_.best == BestMark::None) {
        return;
    }
    const bool highest = choice_.best == BestMark::Highest;
    std::optional<CurvePoint> winner;
    for (Line& line : lines_) {
        const auto points = curves_.points(line.what.key);
        const auto best = bestPoint(points, highest);
        line.best->setVisible(best.has_value());
        line.bestValue = best ? std::optional(points[*best].value) : std::nullopt;
        if (!best) {
            continue;
        }
        const CurvePoint& point = points[*best];
        line.best->position->setCoords(point.at(x_), point.value);
        if (!winner || (highest ? point.value > winner->value : point.value < winner->value)) {
            winner = point;
        }
    }
    if (winner) {
        best_ = QPointF(winner->at(x_), winner->value);
        bestLabel_->setText(scoreText(winner->value));
    }
}

void CurvePlot::placeBest() {
    bestLabel_->setVisible(best_.has_value());
    if (!best_) {
        return;
    }
    const QRect area = plot_->axisRect()->rect();
    const QFontMetrics metrics(captionFont());
    const double half = metrics.horizontalAdvance(bestLabel_->text()) / 2.0 + 4;
    const double away = metrics.height() / 2.0 + 7;
    const double y =
        plot_->yAxis->coordToPixel(best_->y()) + (choice_.best == BestMark::Highest ? -away : away);
    const double x = std::clamp(plot_->xAxis->coordToPixel(best_->x()), area.left() + half,
                                std::max(area.left() + half, area.right() - half));
    bestLabel_->position->setCoords(x, std::max(y, metrics.height() / 2.0));
}

void CurvePlot::showCross(double x) {
    cross_ = x;
    struct Entry {
        double shown;
        QString html;
    };
    std::vector<Entry> entries;
    std::optional<double> nearestX;
    for (const Line& line : lines_) {
        const auto drawn = line.curve->data();
        if (drawn->isEmpty()) {
            continue;
        }
        auto at = drawn->findBegin(x, true);
        if (at + 1 != drawn->constEnd() && std::abs((at + 1)->key - x) < std::abs(at->key - x)) {
            ++at;
        }
        const auto index = static_cast<std::size_t>(at - drawn->constBegin());
        if (!nearestX || std::abs(at->key - x) < std::abs(*nearestX - x)) {
            nearestX = at->key;
        }
        QString text = plainNumber(at->value);
        if (weight() > 0) {
            text += QStringLiteral(" (raw %1)")
                        .arg(plainNumber(curves_.points(line.what.key)[index].value));
        }
        entries.push_back(
            {at->value, QStringLiteral("<br><span style='color:%1'>━</span> %2 %3")
                            .arg(seriesColor(line.what.colour).name(),
                                 shortName(line.what.label, 24).toHtmlEscaped(), text)});
    }
    const bool inside = plot_->xAxis->range().contains(x) && nearestX.has_value();
    crossLine_->setVisible(inside);
    tip_->setVisible(inside);
    if (inside) {
        std::stable_sort(entries.begin(), entries.end(),
                         [](const Entry& a, const Entry& b) { return a.shown > b.shown; });
        QString html = QStringLiteral("<b>%1</b>").arg(positionText(x_, *nearestX));
        const QRect area = plot_->axisRect()->rect();
        const int room = area.height() / QFontMetrics(tip_->font()).lineSpacing() - 2;
        const auto fit = static_cast<std::size_t>(std::max(kEntriesAlways, room));
        const std::size_t listed = entries.size() <= fit ? entries.size() : fit;
        for (std::size_t i = 0; i < listed; ++i) {
            html += entries[i].html;
        }
        if (listed < entries.size()) {
            html += QStringLiteral("<br>%1").arg(tr("and %1 more").arg(entries.size() - listed));
        }
        tip_->setText(html);
        tip_->adjustSize();
        crossLine_->point1->setCoords(*nearestX, 0);
        crossLine_->point2->setCoords(*nearestX, 1);
        const double pixel = plot_->xAxis->coordToPixel(*nearestX);
        const bool right = pixel < area.center().x();
        const int beside = right ? static_cast<int>(pixel) + kSpace2
                                 : static_cast<int>(pixel) - kSpace2 - tip_->width();
        tip_->move(std::clamp(beside, 0, std::max(0, plot_->width() - tip_->width())),
                   area.top() + kSpace1);
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::hideCross() {
    cross_.reset();
    crossLine_->setVisible(false);
    tip_->hide();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::showAll() {
    zoomed_ = false;
    refresh();
}

QString CurvePlot::legendText() const {
    return plain(legend_->text());
}

QString CurvePlot::crossText() const {
    return tip_->isHidden() ? QString() : plain(tip_->text());
}

QString CurvePlot::bestText() const {
    return best_ ? bestLabel_->text() : QString();
}

std::vector<double> CurvePlot::shownValues(std::size_t line) const {
    std::vector<double> values;
    for (const QCPGraphData& point : *lines_.at(line).curve->data()) {
        values.push_back(point.value);
    }
    return values;
}

void CurvePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(theme().surface);
    painter.setPen(QPen(plot_->hasFocus() ? theme().accent : theme().line, 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

bool CurvePlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_) {
        if (event->type() == QEvent::Leave && cross_) {
            hideCross();
            Q_EMIT crossLeft();
        } else if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
            update();
        } else if (event->type() == QEvent::Resize) {
            empty_->setGeometry(plot_->rect().adjusted(60, 20, -20, -50));
            redraw_.start(); // the room for labels is measured in pixels
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace flip::ui
