#pragma once

#include "core/data/dataset.h"

#include <QAbstractTableModel>

#include <cstdint>
#include <memory>

namespace flip::ui {

/// The rows of a dataset, read cell by cell directly from its mapped columns, so that opening takes
/// as long for a thousand rows as for twenty million. Shows a window of kWindowRows rows that can
/// be moved anywhere, because a table view keeps a few bytes for each row it could show. GUI
/// thread.
class TablePreviewModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum LeadingColumn { SplitColumn, LabelColumn }; // then the time if there is one, then fields
    static constexpr std::int64_t kWindowRows = 100'000;

    using QAbstractTableModel::QAbstractTableModel;

    void setDataset(std::shared_ptr<const Dataset> dataset);
    const Dataset* dataset() const { return dataset_.get(); }

    /// Moves the window so that it begins at this row, or earlier near the end.
    void setFirstRow(std::int64_t row);
    std::int64_t firstRow() const { return first_; }

    int fieldOfColumn(int column) const; // -1: not a field
    int columnOfField(int field) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool hasTime() const { return dataset_ && !dataset_->times().empty(); }
    int firstField() const { return hasTime() ? 3 : 2; }
    QString textOf(std::int64_t row, int column) const;

    std::shared_ptr<const Dataset> dataset_;
    std::int64_t first_ = 0;
};

} // namespace flip::ui
