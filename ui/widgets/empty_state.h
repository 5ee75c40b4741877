#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace flip::ui {

/// What an empty page shows: what it is for, and the next step as a button. No button is shown if
/// the action text is empty.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const QString& title, const QString& text, const QString& actionText = {},
               QWidget* parent = nullptr);

    void setTexts(const QString& title, const QString& text, const QString& actionText = {});

    /// A second, less prominent button beside the first.
    void setSecondAction(const QString& actionText);

Q_SIGNALS:
    void actionRequested();
    void secondActionRequested();

private:
    QLabel* title_;
    QLabel* text_;
    QPushButton* action_;
    QPushButton* secondAction_;
};

} // namespace flip::ui
