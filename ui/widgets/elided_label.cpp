#include "ui/widgets/elided_label.h"

#include <QEvent>
#include <QFontMetrics>

#include <algorithm>

namespace flip::ui {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setText(text);
}

void ElidedLabel::setText(const QString& text) {
    full_ = text;
    setAccessibleName(text);
    updateGeometry();
    elide();
}

void ElidedLabel::setMode(Qt::TextElideMode mode) {
    mode_ = mode;
    elide();
}

void ElidedLabel::setNote(const QString& note) {
    note_ = note;
    elide();
}

QSize ElidedLabel::minimumSizeHint() const {
    const QFontMetrics metrics(font());
    return {std::min(metrics.horizontalAdvance(full_), metrics.averageCharWidth() * 6),
            metrics.height()};
}

QSize ElidedLabel::sizeHint() const {
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(full_) + 2, metrics.height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    elide();
}

void ElidedLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        updateGeometry();
        elide();
    }
}

void ElidedLabel::elide() {
    const QString shown = fontMetrics().elidedText(full_, mode_, width());
    if (shown != QLabel::text()) {
        QLabel::setText(shown);
    }
    QStringList parts;
    if (shown != full_) {
        parts << full_;
    }
    if (!note_.isEmpty()) {
        parts << note_;
    }
    setToolTip(parts.join(QLatin1Char('\n')));
}

} // namespace flip::ui
