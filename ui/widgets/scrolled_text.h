#pragma once

#include <QScrollArea>

class QLabel;

namespace flip::ui {

/// Plain text that is as high as its lines, up to so many; what is beyond is scrolled to.
class ScrolledText : public QScrollArea {
    Q_OBJECT
public:
    explicit ScrolledText(int mostLines, QWidget* parent = nullptr);

    void setText(const QString& text);
    QString text() const;

    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    const int mostLines_;
    QLabel* label_;
};

} // namespace flip::ui
