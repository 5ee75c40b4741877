#include "ui/widgets/scrolled_text.h"

#include <QFontMetrics>
#include <QLabel>

#include <algorithm>

namespace flip::ui {

ScrolledText::ScrolledText(int maxLines, QWidget* parent)
    : QScrollArea(parent), maxLines_(maxLines), label_(new QLabel) {
    label_->setObjectName(QStringLiteral("scrolled"));
    label_->setProperty("kind", "second");
    label_->setTextFormat(Qt::PlainText); // it may quote a file
    label_->setWordWrap(true);
    label_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setWidget(label_);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ScrolledText::setText(const QString& text) {
    label_->setText(text);
    updateGeometry();
}

QString ScrolledText::text() const {
    return label_->text();
}

int ScrolledText::heightForWidth(int width) const {
    const int most = maxLines_ * QFontMetrics(label_->font()).lineSpacing();
    return std::min(most, label_->heightForWidth(width));
}

QSize ScrolledText::sizeHint() const {
    const int width = label_->sizeHint().width();
    return {width, heightForWidth(width)};
}

QSize ScrolledText::minimumSizeHint() const {
    const QFontMetrics metrics(label_->font());
    return {metrics.averageCharWidth() * 6, metrics.lineSpacing()};
}

} // namespace flip::ui
