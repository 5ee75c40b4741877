#pragma once

#include "core/base/result.h"

#include <QWidget>

class QVBoxLayout;

namespace flip::ui {

/// Problems and news at the bottom of the window, each on a line that stays until it is dismissed;
/// at most the newest four. Used instead of message boxes, which the window never opens.
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
