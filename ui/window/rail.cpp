#include "ui/window/rail.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QButtonGroup>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace flip::ui {

namespace {

struct PageName {
    const char* key;
    const char* word;
};

constexpr std::array<PageName, kPageCount> kPages = {{{"data", "Data"},
                                                      {"template", "Template"},
                                                      {"experiment", "Experiment"},
                                                      {"runs", "Runs"},
                                                      {"compare", "Compare"},
                                                      {"alignment", "Alignment"}}};

} // namespace

QString pageKey(Page page) {
    return QString::fromLatin1(kPages[static_cast<std::size_t>(page)].key);
}

QString pageWord(Page page) {
    return QString::fromLatin1(kPages[static_cast<std::size_t>(page)].word);
}

QKeySequence pageShortcut(Page page) {
    return QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + static_cast<int>(page)));
}

std::optional<Page> pageOfKey(const QString& key) {
    for (int i = 0; i < kPageCount; ++i) {
        if (pageKey(Page(i)) == key) {
            return Page(i);
        }
    }
    return std::nullopt;
}

Rail::Rail(QWidget* parent) : QWidget(parent), buttons_(new QButtonGroup(this)) {
    setObjectName(QStringLiteral("rail"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedWidth(84);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kSpace2, 1, kSpace2);
    column->setSpacing(kSpace1);
    for (int i = 0; i < kPageCount; ++i) {
        const auto page = Page(i);
        auto* button = new QToolButton(this);
        button->setText(pageWord(page));
        button->setIcon(icon(pageKey(page)));
        button->setIconSize({22, 22});
        button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        button->setCheckable(true);
        button->setToolTip(QStringLiteral("%1 (%2)").arg(
            pageWord(page), pageShortcut(page).toString(QKeySequence::NativeText)));
        button->setAccessibleName(pageWord(page));
        button->setFocusPolicy(Qt::TabFocus);
        button->setFixedHeight(56);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        column->addWidget(button);
        buttons_->addButton(button, i);
    }
    column->addStretch();
    buttons_->setExclusive(true);
    buttons_->button(0)->setChecked(true);
    connect(buttons_, &QButtonGroup::idClicked, this,
            [this](int index) { Q_EMIT pageChosen(Page(index)); });
}

Page Rail::current() const {
    return Page(buttons_->checkedId());
}

void Rail::setCurrent(Page page) {
    buttons_->button(static_cast<int>(page))->setChecked(true);
}

} // namespace flip::ui
