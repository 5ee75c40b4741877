#include "ui/models/table_preview_model.h"

#include "ui/models/wording.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>

namespace flip::ui {

namespace {

// Seconds since 1970 that lie between 1980 and 2100 are shown as a date, other times unchanged.
constexpr std::int64_t kEarliestDate = 315'532'800;
constexpr std::int64_t kLatestDate = 4'102'444'800;

/// The time `digits` / 10^`decimals` as a date if it looks like seconds since 1970, else as a
/// number.
QString timeText(std::int64_t digits, int decimals) {
    std::int64_t time = digits;
    for (int i = 0; i < decimals; ++i) {
        time /= 10;
    }
    if (time < kEarliestDate || time > kLatestDate) {
        if (decimals == 0) {
            return QString::number(digits);
        }
        QString text = QString::number(digits);
        const bool negative = text.startsWith('-');
        text = text.mid(negative ? 1 : 0).rightJustified(decimals + 1, '0');
        return (negative ? "-" : "") + text.insert(text.size() - decimals, '.');
    }
    return QDateTime::fromSecsSinceEpoch(time, QTimeZone::utc())
        .toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

QString textFromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

void TablePreviewModel::setDataset(std::shared_ptr<const Dataset> dataset) {
    beginResetModel();
    dataset_ = std::move(dataset);
    first_ = 0;
    endResetModel();
}

void TablePreviewModel::setFirstRow(std::int64_t row) {
    const std::int64_t last =
        dataset_ ? std::max<std::int64_t>(0, dataset_->rows() - kWindowRows) : 0;
    row = std::clamp<std::int64_t>(row, 0, last);
    if (row == first_) {
        return;
    }
    first_ = row;
    Q_EMIT headerDataChanged(Qt::Vertical, 0, rowCount() - 1);
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int TablePreviewModel::fieldOfColumn(int column) const {
    return column < firstField() ? -1 : column - firstField();
}

int TablePreviewModel::columnOfField(int field) const {
    return field + firstField();
}

int TablePreviewModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !dataset_
               ? 0
               : static_cast<int>(std::min(dataset_->rows(), kWindowRows));
}

int TablePreviewModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !dataset_
               ? 0
               : firstField() + static_cast<int>(dataset_->fields().size());
}

QString TablePreviewModel::textOf(std::int64_t row, int column) const {
    const auto place = static_cast<std::size_t>(row);
    if (column == SplitColumn) {
        const std::string_view name = splitName(Split(dataset_->splits()[place]));
        return textFromUtf8(name);
    }
    if (column == LabelColumn) {
        return QString::number(dataset_->labels()[place]);
    }
    if (column < firstField()) {
        return timeText(dataset_->times()[place], dataset_->timeDecimals());
    }
    const int field = fieldOfColumn(column);
    return textFromUtf8(dataset_->value(field, dataset_->codes(field)[place]));
}

QVariant TablePreviewModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !dataset_) {
        return {};
    }
    const std::int64_t row = first_ + index.row();
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
        return textOf(row, index.column());
    }
    return {};
}

QVariant TablePreviewModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!dataset_) {
        return {};
    }
    if (orientation == Qt::Vertical) {
        return role == Qt::DisplayRole ? QVariant(countText(first_ + section + 1)) : QVariant();
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    const int field = fieldOfColumn(section);
    if (field >= 0) {
        return QString::fromStdString(dataset_->fields()[static_cast<std::size_t>(field)].name);
    }
    return section == SplitColumn ? tr("split") : section == LabelColumn ? tr("label") : tr("time");
}

} // namespace flip::ui
