#include "ui/plots/heat_map.h"

#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace flip::ui {

namespace {

constexpr int kBarWidth = 14;
constexpr int kLongestName = 18;   // characters
constexpr double kMinReach = 1.25; // a map of pure noise stays near grey
constexpr double kMaxReach = 16;   // beyond it one outlier would turn all other cells grey

QColor between(std::span<const QRgb> stops, double position) {
    const double place = std::clamp(position, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto left = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double part = place - static_cast<double>(left);
    const auto mix = [part](int a, int b) {
        return static_cast<int>(std::lround(a + part * (b - a)));
    };
    const QColor a(stops[left]);
    const QColor b(stops[left + 1]);
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

double luminance(const QColor& colour) {
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

QString shown(const std::string& name) {
    return shortName(QString::fromStdString(name), kLongestName);
}

int widest(const QFontMetrics& metrics, const std::vector<std::string>& names) {
    int width = 0;
    for (const std::string& name : names) {
        width = std::max(width, metrics.horizontalAdvance(shown(name)));
    }
    return width;
}

/// Black or white, whichever stands out more (WCAG contrast).
QColor textOn(const QColor& colour) {
    return luminance(colour) > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

} // namespace

QColor viridis(double position) {
    static constexpr std::array<QRgb, 11> kStops{0xff440154, 0xff482475, 0xff414487, 0xff355f8d,
                                                 0xff2a788e, 0xff21918c, 0xff22a884, 0xff44bf70,
                                                 0xff7ad151, 0xffbddf26, 0xfffde725};
    return between(kStops, position);
}

QColor blueGreyRed(double position) {
    static constexpr std::array<QRgb, 7> kStops{0xff2b4c9b, 0xff5c82c4, 0xff9db2d3, 0xffd6d6d6,
                                                0xffdfa491, 0xffcc6252, 0xff9e2430};
    return between(kStops, position);
}

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(themeNotifier(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void HeatMap::setContent(const Content& content) {
    content_ = content;
    if (hovered_ && (hovered_->first >= rows() || hovered_->second >= columns())) {
        hovered_.reset();
    }
    setAccessibleName(tr("Heat map: %1 against %2").arg(content.rowLabel, content.columnLabel));
    update();
}

double HeatMap::valueAt(int row, int column) const {
    return content_.values.at(static_cast<std::size_t>(row * columns() + column));
}

double HeatMap::farthest() const {
    double farthest = 1;
    for (const double end : {content_.low, content_.high}) {
        if (end > 0) { // a share of 0 has no ratio; it has the colour of the lower end
            farthest = std::max({farthest, end, 1 / end});
        }
    }
    return farthest;
}

double HeatMap::reach() const {
    return std::clamp(farthest(), kMinReach, kMaxReach);
}

double HeatMap::position(double value) const {
    if (content_.scale == HeatScale::Ratio) {
        return value <= 0 ? 0 : 0.5 + 0.5 * std::log(value) / std::log(reach());
    }
    const double extent = content_.high - content_.low;
    return extent > 0 ? (value - content_.low) / extent : 0;
}

QColor HeatMap::colourOf(double value) const {
    return content_.scale == HeatScale::Ratio ? blueGreyRed(position(value))
                                              : viridis(position(value));
}

QString HeatMap::valueText(double value) const {
    if (!std::isfinite(value)) {
        return tr("not measured");
    }
    if (content_.scale == HeatScale::Sequential) {
        return QString::number(value, 'f', 3);
    }
    return value < 0.005 ? QStringLiteral("<0.01×")
                         : QString::number(value, 'f', value < 9.95 ? 2 : 1) + QChar(0x00D7);
}

QString HeatMap::cellText(int row, int column) const {
    const auto name = [](const std::vector<std::string>& names, int index) {
        return QString::fromStdString(names.at(static_cast<std::size_t>(index)));
    };
    return tr("%1 %2, %3 %4: %5")
        .arg(content_.rowLabel, name(content_.rows, row), content_.columnLabel,
             name(content_.columns, column), valueText(valueAt(row, column)));
}

HeatMap::Layout HeatMap::layoutNow() const {
    Layout layout;
    const QFontMetrics metrics(captionFont());
    const int line = metrics.height();
    const int longest = widest(metrics, content_.columns);
    const int barWidth = kBarWidth + kSpace2 + metrics.horizontalAdvance(QStringLiteral("≥ 16.0×"));
    layout.nameWidth = widest(metrics, content_.rows) + kSpace2;
    const int left = line + kSpace2 + layout.nameWidth;
    const int right =
        kSpace4 + std::max(barWidth, metrics.horizontalAdvance(content_.unit) / 2 + kBarWidth);
    const int wide = width() - left - right - 2 * kSpace2;
    const auto fit = [&](int nameHeight) {
        const int high = height() - nameHeight - 2 * line - 2 * kSpace2;
        return std::max(4, std::min(wide / std::max(1, columns()), high / std::max(1, rows())));
    };
    layout.nameHeight = line + kSpace1;
    layout.cell = fit(layout.nameHeight);
    layout.rotated = layout.cell < longest + kSpace1;
    if (layout.rotated) {
        layout.nameHeight = longest + kSpace2;
        layout.cell = fit(layout.nameHeight);
    }
    const int across = layout.cell * columns();
    const int down = layout.cell * rows();
    const int free = std::max(0, width() - left - right - across - 2 * kSpace2);
    const int spare = std::max(0, height() - layout.nameHeight - 2 * line - 2 * kSpace2 - down);
    layout.origin =
        QPoint(kSpace2 + left + free / 2, kSpace2 + line + layout.nameHeight + spare / 2);
    layout.bar = QRect(layout.origin.x() + across + kSpace4, layout.origin.y() + line, kBarWidth,
                       std::max(20, down - line));
    return layout;
}

QRect HeatMap::cellRect(int row, int column) const {
    const Layout layout = layoutNow();
    return {layout.origin.x() + column * layout.cell, layout.origin.y() + row * layout.cell,
            layout.cell, layout.cell};
}

std::optional<std::pair<int, int>> HeatMap::cellAt(QPoint at) const {
    const Layout layout = layoutNow();
    const QPoint inside = at - layout.origin;
    if (inside.x() < 0 || inside.y() < 0) {
        return std::nullopt;
    }
    const int row = inside.y() / layout.cell;
    const int column = inside.x() / layout.cell;
    return row < rows() && column < columns() ? std::optional(std::pair(row, column))
                                              : std::nullopt;
}

void HeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(theme().surface);
    painter.setPen(QPen(hasFocus() ? theme().accent : theme().line, 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    if (isEmpty()) {
        return;
    }
    painter.setFont(captionFont());
    const Layout layout = layoutNow();
    paintRowNames(painter, layout);
    paintColumnNames(painter, layout);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintCells(painter, layout);
    paintBar(painter, layout);
}

void HeatMap::paintRowNames(QPainter& painter, const Layout& layout) const {
    const int line = painter.fontMetrics().height();
    for (int row = 0; row < rows(); ++row) {
        const bool strong = hovered_ && hovered_->first == row;
        painter.setPen(strong ? theme().accent : theme().text);
        painter.drawText(
            QRect(layout.origin.x() - layout.nameWidth, layout.origin.y() + row * layout.cell,
                  layout.nameWidth - kSpace1, layout.cell),
            Qt::AlignRight | Qt::AlignVCenter, shown(content_.rows[static_cast<std::size_t>(row)]));
    }
    const int down = layout.cell * rows();
    painter.setPen(theme().secondText);
    painter.save();
    painter.translate(layout.origin.x() - layout.nameWidth - line - kSpace1,
                      layout.origin.y() + down);
    painter.rotate(-90);
    painter.drawText(QRect(0, 0, down, line), Qt::AlignCenter, content_.rowLabel);
    painter.restore();
}

void HeatMap::paintColumnNames(QPainter& painter, const Layout& layout) const {
    const int line = painter.fontMetrics().height();
    for (int column = 0; column < columns(); ++column) {
        const bool strong = hovered_ && hovered_->second == column;
        painter.setPen(strong ? theme().accent : theme().text);
        const QString name = shown(content_.columns[static_cast<std::size_t>(column)]);
        const int x = layout.origin.x() + column * layout.cell;
        if (layout.rotated) {
            painter.save();
            painter.translate(x, layout.origin.y() - kSpace1);
            painter.rotate(-90);
            painter.drawText(QRect(0, 0, layout.nameHeight, layout.cell),
                             Qt::AlignLeft | Qt::AlignVCenter, name);
            painter.restore();
        } else {
            painter.drawText(
                QRect(x, layout.origin.y() - layout.nameHeight, layout.cell, layout.nameHeight - 2),
                Qt::AlignHCenter | Qt::AlignBottom, name);
        }
    }
    painter.setPen(theme().secondText);
    painter.drawText(QRect(layout.origin.x(), layout.origin.y() - layout.nameHeight - line,
                           layout.cell * columns(), line),
                     Qt::AlignCenter, content_.columnLabel);
}

void HeatMap::paintCells(QPainter& painter, const Layout& layout) const {
    const bool roomy =
        layout.cell >= painter.fontMetrics().horizontalAdvance(
                           content_.scale == HeatScale::Ratio ? "<0.01× " : "0.000 ");
    for (int row = 0; row < rows(); ++row) {
        for (int column = 0; column < columns(); ++column) {
            const QRect cell(layout.origin.x() + column * layout.cell,
                             layout.origin.y() + row * layout.cell, layout.cell - 1,
                             layout.cell - 1);
            const double value = valueAt(row, column);
            if (!std::isfinite(value)) {
                painter.fillRect(cell, theme().surface);
                painter.fillRect(cell, QBrush(theme().secondText, Qt::BDiagPattern));
                continue;
            }
            const QColor colour = colourOf(value);
            painter.fillRect(cell, colour);
            if (roomy) {
                painter.setPen(textOn(colour));
                painter.drawText(cell, Qt::AlignCenter, valueText(value));
            }
            if (content_.rows[static_cast<std::size_t>(row)] ==
                content_.columns[static_cast<std::size_t>(column)]) {
                painter.setBrush(Qt::NoBrush);
                painter.setPen(QPen(textOn(colour), 1));
                painter.drawRect(cell.adjusted(1, 1, -2, -2));
            }
        }
    }
    if (hovered_) {
        const auto [row, column] = *hovered_;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().accent, 2));
        painter.drawRect(layout.origin.x() + column * layout.cell,
                         layout.origin.y() + row * layout.cell, layout.cell - 1, layout.cell - 1);
    }
}

void HeatMap::paintBar(QPainter& painter, const Layout& layout) const {
    const QRect& bar = layout.bar;
    const bool ratio = content_.scale == HeatScale::Ratio;
    for (int y = 0; y < bar.height(); ++y) {
        const double place = 1.0 - y / std::max(1.0, bar.height() - 1.0);
        painter.setPen(ratio ? blueGreyRed(place) : viridis(place));
        painter.drawLine(bar.left(), bar.top() + y, bar.right(), bar.top() + y);
    }
    const int line = painter.fontMetrics().height();
    painter.setPen(theme().text);
    for (int i = 0; i <= 4; ++i) {
        const double place = i / 4.0;
        const double value = ratio ? std::pow(reach(), 2 * place - 1)
                                   : content_.low + place * (content_.high - content_.low);
        const int y = bar.bottom() - static_cast<int>(std::lround(place * (bar.height() - 1)));
        painter.drawLine(bar.right() + 1, y, bar.right() + 3, y);
        const bool clipped = ratio && farthest() > kMaxReach && (i == 0 || i == 4);
        painter.drawText(QRect(bar.right() + kSpace2, y - line / 2, width(), line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         (clipped ? (i == 0 ? tr("≤ ") : tr("≥ ")) : QString()) + valueText(value));
    }
    painter.setPen(theme().secondText);
    const int wide = painter.fontMetrics().horizontalAdvance(content_.unit);
    const int x = std::min(bar.left(), width() - wide - kSpace2);
    painter.drawText(QRect(x, bar.top() - line - line / 2 - 2, wide + 2, line),
                     Qt::AlignLeft | Qt::AlignVCenter, content_.unit);
}

bool HeatMap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto cell = cellAt(help->pos())) {
            QToolTip::showText(help->globalPos(), cellText(cell->first, cell->second), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void HeatMap::mouseMoveEvent(QMouseEvent* event) {
    const auto cell = cellAt(event->pos());
    if (cell != hovered_) {
        hovered_ = cell;
        update();
        if (cell) {
            QToolTip::showText(event->globalPosition().toPoint(),
                               cellText(cell->first, cell->second), this);
        } else {
            QToolTip::hideText();
        }
    }
}

void HeatMap::leaveEvent(QEvent*) {
    hovered_.reset();
    update();
}

void HeatMap::keyPressEvent(QKeyEvent* event) {
    auto [row, column] = hovered_.value_or(std::pair(0, -1));
    switch (event->key()) {
    case Qt::Key_Left:
        --column;
        break;
    case Qt::Key_Right:
        ++column;
        break;
    case Qt::Key_Up:
        --row;
        break;
    case Qt::Key_Down:
        ++row;
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    if (!isEmpty()) {
        hovered_ = std::pair(std::clamp(row, 0, rows() - 1), std::clamp(column, 0, columns() - 1));
        const QRect cell = cellRect(hovered_->first, hovered_->second);
        QToolTip::showText(mapToGlobal(cell.bottomRight()),
                           cellText(hovered_->first, hovered_->second), this);
        update();
    }
}

} // namespace flip::ui
