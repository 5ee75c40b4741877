#pragma once

#include <QObject>
#include <QString>

namespace flip::ui {

/// The run selected in the program: a run selected in a table is also the one shown in the curves,
/// in the breadcrumb and on the alignment page. GUI thread.
class Selection : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    QString run() const { return run_; } // empty: none
    void setRun(const QString& run);

Q_SIGNALS:
    void runChanged(const QString& run);

private:
    QString run_;
};

} // namespace flip::ui
