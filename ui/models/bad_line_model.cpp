#include "ui/models/bad_line_model.h"

#include <utility>

namespace flip::ui {

void BadLineModel::setLines(std::vector<BadLine> lines) {
    beginResetModel();
    lines_ = std::move(lines);
    endResetModel();
}

int BadLineModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int BadLineModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant BadLineModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const BadLine& bad = lines_.at(static_cast<std::size_t>(index.row()));
    if (role == Qt::TextAlignmentRole && index.column() == LineColumn) {
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    switch (index.column()) {
    case FileColumn:
        return QString::fromStdString(bad.file);
    case LineColumn:
        return QString::number(bad.line);
    default:
        return QString::fromStdString(bad.reason);
    }
}

QVariant BadLineModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case FileColumn:
        return tr("File");
    case LineColumn:
        return tr("Line");
    default:
        return tr("Why it was left out");
    }
}

} // namespace flip::ui
