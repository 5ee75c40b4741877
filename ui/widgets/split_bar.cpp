#include "ui/widgets/split_bar.h"

#include "core/data/field_info.h"
#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <QPainter>

#include <algorithm>
#include <numeric>

namespace flip::ui {

SplitBar::SplitBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(themeNotifier(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void SplitBar::setRows(const std::array<std::int64_t, 3>& rows) {
    rows_ = rows;
    setAccessibleName(tr("train %1, valid %2, test %3 rows")
                          .arg(countText(rows[0]), countText(rows[1]), countText(rows[2])));
    update();
}

void SplitBar::paintEvent(QPaintEvent*) {
    const Theme colours = theme();
    const std::int64_t all = std::accumulate(rows_.begin(), rows_.end(), std::int64_t{0});
    if (all == 0) {
        return;
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    double left = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const double share = static_cast<double>(rows_[i]) / static_cast<double>(all);
        const double wide = share * width();
        painter.setPen(Qt::NoPen);
        painter.setBrush(seriesColor(static_cast<int>(i)));
        painter.drawRoundedRect(QRectF(left, 0, std::max(0.0, wide - 2), 12), 3, 3);
        left += wide;

        const int top = 18 + static_cast<int>(i) * 19;
        painter.drawEllipse(QRectF(1, top + 5, 7, 7));
        painter.setPen(colours.text);
        painter.setFont(textFont());
        const std::string_view name = splitName(Split(i));
        painter.drawText(QRect(16, top, width() - 16, 18), Qt::AlignLeft | Qt::AlignVCenter,
                         QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
        painter.drawText(QRect(16, top, width() - 76, 18), Qt::AlignRight | Qt::AlignVCenter,
                         countText(rows_[i]));
        painter.setPen(colours.secondText);
        painter.drawText(QRect(16, top, width() - 16, 18), Qt::AlignRight | Qt::AlignVCenter,
                         percentText(share));
    }
}

} // namespace flip::ui
