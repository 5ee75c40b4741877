#include "ui/widgets/field_list.h"

#include "ui/models/wording.h"
#include "ui/widgets/distribution_header.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/theme.h"

#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace flip::ui {

namespace {

constexpr int kUseColumn = 1;
constexpr int kWidthForUse = 250;

QTreeWidget* table(const QStringList& columns, const QString& name, QWidget* parent) {
    auto* tree = new QTreeWidget(parent);
    tree->setHeaderLabels(columns);
    tree->setRootIsDecorated(false);
    tree->setUniformRowHeights(true);
    tree->setAccessibleName(name);
    tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree->setTextElideMode(Qt::ElideMiddle);
    tree->header()->setStretchLastSection(false);
    tree->header()->setMinimumSectionSize(24);
    tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree->headerItem()->setTextAlignment(0, Qt::AlignLeft | Qt::AlignVCenter);
    for (int i = 1; i < columns.size(); ++i) {
        tree->header()->setSectionResizeMode(i, QHeaderView::ResizeToContents);
        tree->headerItem()->setTextAlignment(i, Qt::AlignRight | Qt::AlignVCenter);
    }
    return tree;
}

QString useText(FieldUse use) {
    switch (use) {
    case FieldUse::Both:
        return QObject::tr("both");
    case FieldUse::Id:
        return QObject::tr("id");
    case FieldUse::Text:
        return QObject::tr("text");
    }
    return {};
}

} // namespace

FieldList::FieldList(QWidget* parent)
    : QWidget(parent),
      list_(table({tr("Field"), tr("Use"), tr("Ids"), tr("Unknown")}, tr("Fields"), this)),
      valuesTitle_(new ElidedLabel({}, this)),
      values_(table({tr("Value"), tr("Rows"), tr("Clicked")}, tr("Most frequent values"), this)) {
    list_->headerItem()->setToolTip(
        3, tr("Share of validation and test rows whose value has no id of its own"));
    list_->headerItem()->setToolTip(
        2, tr("Values that occur at least the minimum number of times in training rows"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(strongLabel(tr("Fields"), this));
    column->addWidget(list_, 3);
    column->addWidget(valuesTitle_);
    column->addWidget(values_, 2);
    valuesTitle_->setProperty("kind", "strong");
    valuesTitle_->setMode(Qt::ElideRight);
    valuesTitle_->hide();
    values_->hide();
    connect(list_, &QTreeWidget::currentItemChanged, this, [this] {
        showValues();
        const int field = list_->indexOfTopLevelItem(list_->currentItem());
        if (field >= 0) {
            Q_EMIT fieldChosen(field);
        }
    });
}

void FieldList::setFields(const std::vector<FieldInfo>& fields) {
    statistics_.clear();
    list_->clear();
    for (const FieldInfo& field : fields) {
        const bool hasIds = field.use != FieldUse::Text;
        auto* item =
            new QTreeWidgetItem(list_, {QString::fromStdString(field.name), useText(field.use),
                                        hasIds ? countText(field.ids) : QStringLiteral("–"),
                                        hasIds ? percentText(field.oovRate) : QStringLiteral("–")});
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(3, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(0, tr("%1: %2 distinct values in all rows")
                                .arg(QString::fromStdString(field.name), countText(field.values)));
        if (!field.shares.empty()) {
            item->setToolTip(2, tr("Shares the ids and embeddings of %1")
                                    .arg(QString::fromStdString(field.shares)));
        }
    }
}

void FieldList::setStatistics(const std::vector<FieldStatistics>& statistics) {
    statistics_ = statistics;
    if (list_->currentItem() == nullptr && list_->topLevelItemCount() > 0) {
        const QSignalBlocker quiet(this); // not chosen by the user
        list_->setCurrentItem(list_->topLevelItem(0));
    }
    showValues();
}

void FieldList::select(int field) {
    if (auto* item = list_->topLevelItem(field)) {
        list_->setCurrentItem(item);
    }
}

void FieldList::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    list_->setColumnHidden(kUseColumn, width() < kWidthForUse);
}

void FieldList::showValues() {
    const auto field = static_cast<std::size_t>(list_->indexOfTopLevelItem(list_->currentItem()));
    const bool known = list_->currentItem() != nullptr && field < statistics_.size();
    valuesTitle_->setVisible(known);
    values_->setVisible(known);
    if (!known) {
        return;
    }
    const FieldStatistics& statistics = statistics_[field];
    valuesTitle_->setText(tr("Most frequent values of %1").arg(list_->currentItem()->text(0)));
    values_->clear();
    for (const FieldStatistics::Value& value : statistics.top) {
        auto* item = new QTreeWidgetItem(
            values_, {value.text.empty() ? tr("(empty)") : QString::fromStdString(value.text),
                      countText(value.rows),
                      percentText(static_cast<double>(value.positives) /
                                  static_cast<double>(std::max<std::int64_t>(1, value.rows)))});
        item->setToolTip(0, valueText(value, statistics.rows));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
    }
}

} // namespace flip::ui
