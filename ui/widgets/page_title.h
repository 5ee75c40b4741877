#pragma once

#include <QStringList>
#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace flip::ui {

class ElidedLabel;

/// The header of a page: its title in 20 px, beside it a breadcrumb such as "dataset › pretraining
/// › finetuning", and the page's buttons at the right.
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
