#include "ui/widgets/mask_steps.h"

#include "core/spec/mask_count.h"
#include "ui/widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace flip::ui {

namespace {
constexpr int kStairs = 26;
}

MaskSteps::MaskSteps(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(themeNotifier(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void MaskSteps::setMask(std::int64_t fields, double ratio, MaskRounding rounding) {
    fields_ = fields;
    ratio_ = std::clamp(ratio, 0.0, 1.0);
    rounding_ = rounding;
    const std::int64_t masked = maskedFieldCount(fields, ratio_, rounding);
    if (fields == 0) {
        words_ = tr("Choose a dataset to see how many fields this masks.");
    } else if (masked == 0) {
        words_ = tr("Masks none of %1 fields; the loss would have nothing to learn").arg(fields);
    } else {
        words_ = tr("Masks %1 of %2 fields in each row").arg(masked).arg(fields);
    }
    setAccessibleName(words_);
    setToolTip(words_);
    update();
}

void MaskSteps::paintEvent(QPaintEvent*) {
    const Theme colours = theme();
    QPainter painter(this);
    const bool nothing = fields_ > 0 && maskedFieldCount(fields_, ratio_, rounding_) == 0;
    painter.setFont(captionFont());
    painter.setPen(nothing ? colours.bad : colours.secondText);
    painter.drawText(QRect(0, height() - 16, width(), 16), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(captionFont()).elidedText(words_, Qt::ElideRight, width()));
    if (fields_ == 0) {
        return;
    }
    const std::int64_t most = fields_;
    const double across = width();
    double begin = 0;
    std::int64_t count = maskedFieldCount(fields_, 0, rounding_);
    const std::int64_t now = maskedFieldCount(fields_, ratio_, rounding_);
    constexpr int kSamples = 400;
    for (int i = 1; i <= kSamples; ++i) {
        const double ratio = static_cast<double>(i) / kSamples;
        const std::int64_t here = maskedFieldCount(fields_, ratio, rounding_);
        if (here == count && i < kSamples) {
            continue;
        }
        const double high = kStairs * static_cast<double>(std::max<std::int64_t>(1, count)) /
                            static_cast<double>(most);
        const QRectF stair(begin * across, kStairs - high, (ratio - begin) * across - 1, high);
        if (count == 0) {
            painter.fillRect(stair, QBrush(colours.secondText, Qt::BDiagPattern));
        } else {
            painter.fillRect(stair, count == now ? colours.accent
                                                 : blend(colours.accent, colours.surface, 0.25));
        }
        begin = ratio;
        count = here;
    }
    painter.setPen(QPen(colours.text, 1.5));
    const double at = std::clamp(ratio_ * across, 1.0, across - 1);
    painter.drawLine(QPointF(at, 0), QPointF(at, kStairs));
}

} // namespace flip::ui
