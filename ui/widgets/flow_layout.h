#pragma once

#include <QLayout>
#include <QStyle>

#include <memory>
#include <vector>

namespace flip::ui {

/// Lays out widgets in reading order and wraps them like words in text.
class FlowLayout : public QLayout {
public:
    explicit FlowLayout(int spacing, QWidget* parent = nullptr);

    void clear(); // deletes the widgets too

    void addItem(QLayoutItem* item) override; // takes ownership, as QLayout requires
    int count() const override { return static_cast<int>(items_.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return minimumSize(); }
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    int arrange(const QRect& rect, bool place) const; // the height used

    std::vector<std::unique_ptr<QLayoutItem>> items_;
};

} // namespace flip::ui
