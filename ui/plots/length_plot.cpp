#include "ui/plots/length_plot.h"

#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace flip::ui {

namespace {

/// The largest of 1, 2, 5 times a power of ten that gives at least three steps.
std::int64_t tickStep(std::int64_t span) {
    std::int64_t step = 1;
    for (const std::int64_t next : {2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000}) {
        if (span / next >= 3) {
            step = next;
        }
    }
    return step;
}

} // namespace

LengthPlot::LengthPlot(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setMouseTracking(true);
    setAccessibleName(tr("Length of the sentences in tokens"));
    connect(themeNotifier(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void LengthPlot::setCounts(std::vector<std::int64_t> rowsByLength, std::int64_t maxTokens) {
    counts_ = std::move(rowsByLength);
    maxTokens_ = maxTokens;
    update();
}

QRect LengthPlot::plotRect() const {
    return rect().adjusted(2, 8, -8, -34);
}

std::int64_t LengthPlot::span() const {
    return std::max<std::int64_t>(static_cast<std::int64_t>(counts_.size()) + 1, maxTokens_ + 4);
}

void LengthPlot::paintEvent(QPaintEvent*) {
    const Theme colours = theme();
    QPainter painter(this);
    const QRect plot = plotRect();
    painter.setFont(captionFont());
    painter.setPen(colours.secondText);
    painter.drawText(QRect(0, height() - 16, width(), 16), Qt::AlignCenter,
                     tr("tokens per sentence"));
    painter.setPen(colours.line);
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    if (counts_.empty()) {
        return;
    }
    const auto largest = std::ranges::max(counts_);
    painter.setPen(colours.secondText);
    painter.drawText(QRect(plot.left(), 0, width(), 16), Qt::AlignLeft | Qt::AlignTop,
                     tr("rows, at most %1 per length").arg(countText(largest)));
    const double step = static_cast<double>(plot.width()) / static_cast<double>(span());
    for (std::size_t length = 0; length < counts_.size(); ++length) {
        if (counts_[length] == 0) {
            continue;
        }
        const double high = std::max(1.0, static_cast<double>(counts_[length]) /
                                              static_cast<double>(largest) * (plot.height() - 14));
        const bool isCut = static_cast<std::int64_t>(length) > maxTokens_;
        const QRectF bar(plot.left() + static_cast<double>(length) * step, plot.bottom() - high,
                         std::max(1.0, step - (step > 3 ? 1 : 0)), high);
        painter.fillRect(bar, isCut ? colours.warning : colours.accent);
    }
    painter.setPen(colours.secondText);
    for (std::int64_t tick = 0; tick < span(); tick += tickStep(span())) {
        const int at = plot.left() + static_cast<int>(static_cast<double>(tick) * step);
        painter.drawText(QRect(tick == 0 ? at : at - 24, plot.bottom() + 2, 48, 14),
                         tick == 0 ? Qt::AlignLeft : Qt::AlignHCenter, QString::number(tick));
    }
    const double cut = plot.left() + static_cast<double>(maxTokens_ + 1) * step;
    painter.setPen(QPen(colours.bad, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(cut, plot.top()), QPointF(cut, plot.bottom()));
    painter.setPen(colours.bad);
    const QString word = tr("truncated at %1").arg(maxTokens_);
    const int wide = painter.fontMetrics().horizontalAdvance(word);
    const bool atLeft = cut + wide + 6 > width();
    painter.drawText(QPointF(atLeft ? cut - wide - 4 : cut + 4, plot.top() + 10), word);
}

void LengthPlot::mouseMoveEvent(QMouseEvent* event) {
    const QRect plot = plotRect();
    const auto length = static_cast<std::int64_t>((event->position().x() - plot.left()) *
                                                  static_cast<double>(span()) / plot.width());
    if (length < 0 || length >= static_cast<std::int64_t>(counts_.size())) {
        QToolTip::hideText();
        return;
    }
    QToolTip::showText(event->globalPosition().toPoint(),
                       tr("%1 tokens: %2 rows")
                           .arg(length)
                           .arg(countText(counts_[static_cast<std::size_t>(length)])),
                       this);
}

} // namespace flip::ui
