#include "ui/widgets/page_title.h"

#include "ui/widgets/elided_label.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>

namespace flip::ui {

PageTitle::PageTitle(const QString& title, QWidget* parent)
    : QWidget(parent), title_(new QLabel(title, this)), breadcrumb_(new ElidedLabel({}, this)),
      row_(new QHBoxLayout(this)) {
    title_->setProperty("kind", "title");
    breadcrumb_->setProperty("kind", "second");
    row_->setContentsMargins(kSpace4, kSpace3, kSpace4, kSpace2);
    row_->setSpacing(kSpace2);
    row_->addWidget(title_);
    row_->addSpacing(kSpace1);
    row_->addWidget(breadcrumb_, 1);
    setFixedHeight(56);
}

void PageTitle::setBreadcrumb(const QStringList& path) {
    breadcrumb_->setText(path.join(QStringLiteral("  ›  ")));
}

void PageTitle::addAction(QWidget* button) {
    row_->addWidget(button);
}

} // namespace flip::ui
