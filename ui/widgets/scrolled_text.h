#pragma once

#include <QScrollArea>

class QLabel;

namespace flip::ui {

/// Plain text as high as its lines, up to `maxLines`; beyond that it scrolls.
class ScrolledText : public QScrollArea {
    Q_OBJECT
public:
    explicit ScrolledText(int maxLines, QWidget* parent = nullptr);

    void setText(const QString& text);
    QString text() const;

    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    const int maxLines_;
    QLabel* label_;
};

} // namespace flip::ui
