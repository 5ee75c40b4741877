#pragma once

#include <QLabel>

namespace flip::ui {

/// One line of text that is elided in the middle if space is short and shown in full on hover.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

    void setText(const QString& text);
    void setMode(Qt::TextElideMode mode);

    /// Shown on hover too, below the text.
    void setNote(const QString& note);
    QString fullText() const { return full_; }
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void elide();

    QString full_;
    QString note_;
    Qt::TextElideMode mode_ = Qt::ElideMiddle;
};

} // namespace flip::ui
