#pragma once

#include <QWidget>

#include <array>

class QStackedWidget;

namespace flip::ui {

class EmptyState;
class PageTitle;

/// What the window's pages share: a title on top, below it one of the page's contents, or its empty
/// state while there is nothing to show.
class PageFrame : public QWidget {
    Q_OBJECT

protected:
    /// Takes the empty state; it is what the page shows first, at place 0.
    PageFrame(const QString& title, EmptyState* empty, QWidget* parent);

    PageTitle& title() { return *title_; }
    EmptyState& empty() { return *empty_; }

    /// Adds a content; places count from 1 in the order of adding.
    void addContent(QWidget* content);

    /// Two parts side by side or one above the other, with a border that can be moved, as a
    /// content.
    void addSplitContent(Qt::Orientation orientation, QWidget* first, QWidget* second,
                         std::array<int, 2> stretch, std::array<int, 2> sizes);

    void turnTo(int place);
    int place() const;

private:
    PageTitle* title_;
    EmptyState* empty_;
    QStackedWidget* places_;
};

} // namespace flip::ui
