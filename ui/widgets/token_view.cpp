#include "ui/widgets/token_view.h"

#include "ui/widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace flip::ui {

namespace {
constexpr int kChipHeight = 24;
constexpr int kLineHeight = 32;
constexpr int kInside = 6; // left and right of a chip's text
constexpr int kCutWidth = 12;
} // namespace

TokenView::TokenView(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Tokens of the row's sentence"));
    connect(themeNotifier(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void TokenView::setTokens(std::vector<SentenceToken> tokens) {
    tokens_ = std::move(tokens);
    QStringList words;
    for (const SentenceToken& token : tokens_) {
        words << token.text;
    }
    setAccessibleDescription(words.join(QLatin1Char(' ')));
    updateGeometry();
    update();
}

int TokenView::lost() const {
    return static_cast<int>(
        std::ranges::count_if(tokens_, [](const SentenceToken& token) { return !token.kept; }));
}

bool TokenView::cutsBefore(std::size_t index) const {
    return !tokens_[index].kept && (index == 0 || tokens_[index - 1].kept);
}

std::vector<QRect> TokenView::arranged(int width) const {
    const QFontMetrics metrics(textFont());
    std::vector<QRect> chips;
    int left = 0;
    int top = 4;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        left += cutsBefore(i) ? kCutWidth : 0;
        const int wide = metrics.horizontalAdvance(tokens_[i].text) + 2 * kInside;
        if (left > 0 && left + wide > width) {
            left = 0;
            top += kLineHeight;
        }
        chips.emplace_back(left, top, wide, kChipHeight);
        left += wide + kSpace1;
    }
    return chips;
}

int TokenView::heightForWidth(int width) const {
    const std::vector<QRect> chips = arranged(width);
    return chips.empty() ? kLineHeight : chips.back().bottom() + 8;
}

void TokenView::paintEvent(QPaintEvent*) {
    const Theme colours = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::vector<QRect> chips = arranged(width());
    for (std::size_t i = 0; i < chips.size(); ++i) {
        const SentenceToken& token = tokens_[i];
        const QRect& rect = chips[i];
        QColor fill = colours.window;
        QColor edge = colours.line;
        if (token.field >= 0) {
            fill = blend(seriesColor(token.field), colours.surface, colours.dark ? 0.38 : 0.20);
            edge = blend(seriesColor(token.field), colours.surface, 0.75);
        }
        if (!token.kept) {
            fill = colours.surface;
            edge = colours.line;
        }
        QPen pen(token.unknown ? colours.bad : edge, token.unknown ? 1.5 : 1);
        pen.setStyle(token.field >= 8 ? seriesStyle(token.field) : Qt::SolidLine);
        painter.setPen(pen);
        painter.setBrush(fill);
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
        QFont font = textFont();
        font.setStrikeOut(!token.kept);
        painter.setFont(font);
        painter.setPen(token.special || !token.kept || token.field < 0 ? colours.secondText
                                                                       : colours.text);
        painter.drawText(rect, Qt::AlignCenter, token.text);
        if (cutsBefore(i)) {
            painter.setPen(QPen(colours.bad, 2, Qt::DashLine));
            const int at = rect.left() == 0 ? 1 : rect.left() - kCutWidth / 2 - 2;
            painter.drawLine(at, rect.top() - 4, at, rect.bottom() + 4);
        }
    }
}

} // namespace flip::ui
