#pragma once

#include "core/data/records/bad_lines.h"

#include <QAbstractTableModel>

#include <vector>

namespace flip::ui {

/// The lines of a source that an import left out, one per row: file, line, reason.
class BadLineModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { FileColumn, LineColumn, ReasonColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setLines(std::vector<BadLine> lines);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<BadLine> lines_;
};

} // namespace flip::ui
