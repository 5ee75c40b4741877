#pragma once

#include <QObject>
#include <QString>

namespace flip::ui {

/// The one selection of the program: a run picked in a table is the run in the curves, in the
/// breadcrumb and on the alignment page. GUI thread.
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
