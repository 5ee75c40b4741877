#include "ui/window/notice_area.h"

#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <memory>

namespace flip::ui {

namespace {
constexpr int kMaxNotices = 4;
}

NoticeArea::NoticeArea(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)) {
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(0);
    setAccessibleName(tr("Notices"));
    hide();
}

int NoticeArea::count() const {
    return column_->count();
}

QString NoticeArea::textAt(int index) const {
    const auto* item = column_->itemAt(index);
    return item == nullptr ? QString() : item->widget()->accessibleName();
}

void NoticeArea::showProblem(const Problem& problem) {
    add(tr("Problem"), QStringLiteral("problem"), QString::fromStdString(problem.text()));
}

void NoticeArea::showNews(const QString& text) {
    add(tr("Note"), QStringLiteral("good"), text);
}

void NoticeArea::add(const QString& sign, const QString& kind, const QString& text) {
    if (count() > 0 && textAt(count() - 1) == text) {
        return;
    }
    auto* line = new QWidget(this);
    line->setObjectName(QStringLiteral("notice"));
    line->setAttribute(Qt::WA_StyledBackground);
    line->setAccessibleName(text);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(kSpace4, kSpace1, kSpace2, kSpace1);
    row->setSpacing(kSpace2);
    auto* word = new QLabel(sign, line);
    word->setProperty("kind", kind);
    auto* label = new ElidedLabel(text, line);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* dismiss = new QToolButton(line);
    dismiss->setIcon(icon(QStringLiteral("close")));
    dismiss->setToolTip(tr("Dismiss"));
    dismiss->setAccessibleName(tr("Dismiss notice"));
    row->addWidget(word);
    row->addWidget(label, 1);
    row->addWidget(dismiss);
    column_->addWidget(line);
    connect(dismiss, &QToolButton::clicked, line, [this, line] {
        column_->removeWidget(line);
        line->hide();
        line->deleteLater();
        setVisible(count() > 0);
    });
    while (count() > kMaxNotices) {
        const std::unique_ptr<QLayoutItem> oldest(column_->takeAt(0));
        oldest->widget()->deleteLater();
    }
    show();
}

} // namespace flip::ui
