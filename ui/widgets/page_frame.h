#pragma once

#include <QWidget>

#include <array>

class QStackedWidget;

namespace flip::ui {

class EmptyState;
class PageTitle;

/// The frame of the window's pages: a title on top, below it one of the page's contents, or its
/// empty state while there is nothing to show.
class PageFrame : public QWidget {
    Q_OBJECT

protected:
    /// Takes ownership of the empty state, which is shown first, at place 0.
    PageFrame(const QString& title, EmptyState* empty, QWidget* parent);

    PageTitle& title() { return *title_; }
    EmptyState& empty() { return *empty_; }

    /// Adds a content; places are numbered from 1 in the order of adding.
    void addContent(QWidget* content);

    /// Adds two widgets as one content, side by side or one above the other, with a movable
    /// divider.
    void addSplitContent(Qt::Orientation orientation, QWidget* first, QWidget* second,
                         std::array<int, 2> stretch, std::array<int, 2> sizes);

    void showPlace(int place);
    int place() const;

private:
    PageTitle* title_;
    EmptyState* empty_;
    QStackedWidget* places_;
};

} // namespace flip::ui
