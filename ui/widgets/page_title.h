#pragma once

#include <QStringList>
#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace flip::ui {

class ElidedLabel;

/// The head of a page: its title in 20 px, where one is as "dataset › pretraining › finetuning"
/// beside it, and room for the page's buttons at the right.
class PageTitle : public QWidget {
    Q_OBJECT
public:
    explicit PageTitle(const QString& title, QWidget* parent = nullptr);

    void setBreadcrumb(const QStringList& path);
    void addAction(QWidget* button);

private:
    QLabel* title_;
    ElidedLabel* breadcrumb_;
    QHBoxLayout* row_;
};

} // namespace flip::ui
