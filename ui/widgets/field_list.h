#pragma once

#include "core/data/field_info.h"
#include "ui/models/field_statistics.h"

#include <QWidget>

#include <vector>

class QTreeWidget;

namespace flip::ui {

class ElidedLabel;

/// The schema as a list: each field with its use, its number of ids and its share of unknown values
/// in validation and test rows. Below it, the most frequent values of the selected field.
class FieldList : public QWidget {
    Q_OBJECT
public:
    explicit FieldList(QWidget* parent = nullptr);

    void setFields(const std::vector<FieldInfo>& fields);
    void setStatistics(const std::vector<FieldStatistics>& statistics);
    void select(int field);

Q_SIGNALS:
    void fieldChosen(int field);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showValues();

    std::vector<FieldStatistics> statistics_;
    QTreeWidget* list_;
    ElidedLabel* valuesTitle_;
    QTreeWidget* values_;
};

} // namespace flip::ui
