#include "ui/widgets/empty_state.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace flip::ui {

EmptyState::EmptyState(const QString& title, const QString& text, const QString& actionText,
                       QWidget* parent)
    : QWidget(parent), title_(new QLabel(this)), text_(new QLabel(this)),
      action_(new QPushButton(this)), secondAction_(new QPushButton(this)) {
    title_->setProperty("kind", "heading");
    title_->setAlignment(Qt::AlignCenter);
    title_->setWordWrap(true);
    text_->setProperty("kind", "second");
    text_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    text_->setWordWrap(true);
    text_->setMaximumWidth(520);
    action_->setProperty("kind", "primary");
    secondAction_->hide();

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace2);
    buttons->addStretch();
    buttons->addWidget(action_);
    buttons->addWidget(secondAction_);
    buttons->addStretch();
    auto* textRow = new QHBoxLayout;
    textRow->addStretch(1);
    textRow->addWidget(text_, 8);
    textRow->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, kSpace6, kSpace4, kSpace6);
    column->setSpacing(kSpace3);
    column->addStretch(2);
    column->addWidget(title_);
    column->addLayout(textRow);
    column->addSpacing(kSpace1);
    column->addLayout(buttons);
    column->addStretch(3);

    setTexts(title, text, actionText);
    connect(action_, &QPushButton::clicked, this, &EmptyState::actionRequested);
    connect(secondAction_, &QPushButton::clicked, this, &EmptyState::secondActionRequested);
}

void EmptyState::setTexts(const QString& title, const QString& text, const QString& actionText) {
    title_->setText(title);
    text_->setText(text);
    action_->setText(actionText);
    action_->setVisible(!actionText.isEmpty());
    setAccessibleName(title);
}

void EmptyState::setSecondAction(const QString& actionText) {
    secondAction_->setText(actionText);
    secondAction_->setVisible(!actionText.isEmpty());
}

} // namespace flip::ui
