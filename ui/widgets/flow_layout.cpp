#include "ui/widgets/flow_layout.h"

#include <QWidget>

#include <algorithm>

namespace flip::ui {

FlowLayout::FlowLayout(int spacing, QWidget* parent) : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(spacing);
}

void FlowLayout::clear() {
    for (const auto& item : items_) {
        item->widget()->deleteLater();
    }
    items_.clear();
    invalidate();
}

void FlowLayout::addItem(QLayoutItem* item) {
    items_.emplace_back(item);
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    if (index < 0 || index >= count()) {
        return nullptr;
    }
    QLayoutItem* item = items_[static_cast<std::size_t>(index)].release();
    items_.erase(items_.begin() + index);
    return item;
}

int FlowLayout::heightForWidth(int width) const {
    return arrange({0, 0, width, 0}, false);
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const auto& item : items_) {
        size = size.expandedTo(item->minimumSize());
    }
    return size;
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowLayout::arrange(const QRect& rect, bool place) const {
    int left = rect.left();
    int top = rect.top();
    int tallest = 0;
    for (const auto& item : items_) {
        const QSize size = item->sizeHint();
        if (left > rect.left() && left + size.width() > rect.right() + 1) {
            left = rect.left();
            top += tallest + spacing();
            tallest = 0;
        }
        if (place) {
            item->setGeometry(QRect(QPoint(left, top), size));
        }
        left += size.width() + spacing();
        tallest = std::max(tallest, size.height());
    }
    return top + tallest - rect.top();
}

} // namespace flip::ui
