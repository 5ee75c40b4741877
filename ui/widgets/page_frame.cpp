#include "ui/widgets/page_frame.h"

#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/theme.h"

#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace flip::ui {

PageFrame::PageFrame(const QString& title, EmptyState* empty, QWidget* parent)
    : QWidget(parent), title_(new PageTitle(title, this)), empty_(empty),
      places_(new QStackedWidget(this)) {
    places_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(places_, 1);
}

void PageFrame::addContent(QWidget* content) {
    places_->addWidget(content);
}

void PageFrame::addSplitContent(Qt::Orientation orientation, QWidget* first, QWidget* second,
                                std::array<int, 2> stretch, std::array<int, 2> sizes) {
    auto* split = new QSplitter(orientation, this);
    split->addWidget(first);
    split->addWidget(second);
    split->setStretchFactor(0, stretch[0]);
    split->setStretchFactor(1, stretch[1]);
    split->setSizes({sizes[0], sizes[1]});
    split->setChildrenCollapsible(false);
    split->setContentsMargins(kSpace4, 0, kSpace4, kSpace3);
    addContent(split);
}

void PageFrame::showPlace(int place) {
    places_->setCurrentIndex(place);
}

int PageFrame::place() const {
    return places_->currentIndex();
}

} // namespace flip::ui
