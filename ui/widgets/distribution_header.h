#pragma once

#include "ui/models/field_statistics.h"

#include <QHeaderView>

#include <vector>

namespace flip::ui {

/// A table header that shows, under each column name, what the column holds and a small bar chart
/// of its most frequent values: one bar per value, as high as its rows, filled by its click rate.
class DistributionHeader : public QHeaderView {
    Q_OBJECT
public:
    explicit DistributionHeader(QWidget* parent = nullptr);

    struct Column {
        QString kind;                                // "1 682 ids"; may be empty
        const FieldStatistics* statistics = nullptr; // null: not a field, or not counted yet
    };
    void setColumns(std::vector<Column> columns);

    QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;
    bool viewportEvent(QEvent* event) override;

private:
    std::vector<Column> columns_;
};

/// "M: 54 120 rows (74.3 %), clicked 55.1 %"
QString valueText(const FieldStatistics::Value& value, std::int64_t allRows);

} // namespace flip::ui
