#pragma once

#include "core/base/result.h"

#include <QWidget>

class QVBoxLayout;

namespace flip::ui {

/// Problems and news at the foot of the window, each a line that stays until it is dismissed; the
/// newest four. The window's only way to complain: nothing opens a message box.
class NoticeArea : public QWidget {
    Q_OBJECT
public:
    explicit NoticeArea(QWidget* parent = nullptr);

    int count() const;
    QString textAt(int index) const; // oldest first

public Q_SLOTS:
    void showProblem(const flip::Problem& problem);
    void showNews(const QString& text);

private:
    void add(const QString& sign, const QString& kind, const QString& text);

    QVBoxLayout* column_;
};

} // namespace flip::ui
