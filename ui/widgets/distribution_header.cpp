#include "ui/widgets/distribution_header.h"

#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace flip::ui {

namespace {
constexpr int kHeight = 84;
constexpr int kBarsHeight = 30;
constexpr int kBarStep = 5; // a bar of 4 px and its gap
constexpr int kTipValues = 10;
} // namespace

QString valueText(const FieldStatistics::Value& value, std::int64_t allRows) {
    const auto rows = static_cast<double>(value.rows);
    return QObject::tr("%1: %2 rows (%3), clicked %4")
        .arg(value.text.empty() ? QObject::tr("(empty)")
                                : shortName(QString::fromStdString(value.text), 40),
             countText(value.rows),
             percentText(rows / static_cast<double>(std::max<std::int64_t>(1, allRows))),
             percentText(static_cast<double>(value.positives) / std::max(1.0, rows)));
}

DistributionHeader::DistributionHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setSectionsClickable(true);
    setHighlightSections(false);
    setDefaultSectionSize(136);
    setMinimumSectionSize(64);
    setSectionsMovable(true);
    connect(themeNotifier(), &ThemeNotifier::changed, this, [this] { viewport()->update(); });
}

void DistributionHeader::setColumns(std::vector<Column> columns) {
    columns_ = std::move(columns);
    viewport()->update();
}

QSize DistributionHeader::sizeHint() const {
    return {QHeaderView::sizeHint().width(), kHeight};
}

void DistributionHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
    const Theme colours = theme();
    painter->save();
    painter->fillRect(rect, colours.surface);
    painter->setPen(colours.line);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    painter->drawLine(rect.topRight() + QPoint(0, 10), rect.bottomRight() - QPoint(0, 10));
    const QRect inside = rect.adjusted(kSpace2, 6, -kSpace2, -6);
    painter->setFont(strongFont());
    painter->setPen(colours.text);
    const QString name = model()->headerData(section, Qt::Horizontal).toString();
    painter->drawText(inside, Qt::AlignLeft | Qt::AlignTop,
                      QFontMetrics(strongFont()).elidedText(name, Qt::ElideMiddle, inside.width()));
    if (static_cast<std::size_t>(section) < columns_.size()) {
        const Column& column = columns_[static_cast<std::size_t>(section)];
        painter->setFont(captionFont());
        painter->setPen(colours.secondText);
        painter->drawText(
            inside.adjusted(0, 18, 0, 0), Qt::AlignLeft | Qt::AlignTop,
            QFontMetrics(captionFont()).elidedText(column.kind, Qt::ElideRight, inside.width()));
        if (column.statistics != nullptr && !column.statistics->top.empty()) {
            const auto& top = column.statistics->top;
            const auto tallest = static_cast<double>(top.front().rows);
            const int bars = std::min(static_cast<int>(top.size()), inside.width() / kBarStep);
            const QColor pale = blend(colours.accent, colours.surface, 0.30);
            for (int i = 0; i < bars; ++i) {
                const auto& value = top[static_cast<std::size_t>(i)];
                const auto rows = static_cast<double>(value.rows);
                const int height = std::max(1, static_cast<int>(rows / tallest * kBarsHeight));
                const int clicked = static_cast<int>(height * static_cast<double>(value.positives) /
                                                     std::max(1.0, rows));
                const int left = inside.left() + i * kBarStep;
                painter->fillRect(left, inside.bottom() - height + 1, kBarStep - 1, height, pale);
                painter->fillRect(left, inside.bottom() - clicked + 1, kBarStep - 1, clicked,
                                  colours.accent);
            }
        }
    }
    painter->restore();
}

bool DistributionHeader::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int section = logicalIndexAt(help->pos());
        if (section < 0 || static_cast<std::size_t>(section) >= columns_.size() ||
            columns_[static_cast<std::size_t>(section)].statistics == nullptr) {
            QToolTip::hideText();
            return true;
        }
        const FieldStatistics& statistics = *columns_[static_cast<std::size_t>(section)].statistics;
        QStringList lines{tr("%1, %2 values; dark part of a bar: clicked")
                              .arg(model()->headerData(section, Qt::Horizontal).toString(),
                                   countText(statistics.values))};
        for (std::size_t i = 0; i < statistics.top.size() && i < kTipValues; ++i) {
            lines << valueText(statistics.top[i], statistics.rows);
        }
        QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), viewport());
        return true;
    }
    return QHeaderView::viewportEvent(event);
}

} // namespace flip::ui
