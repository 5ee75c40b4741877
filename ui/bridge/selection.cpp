#include "ui/bridge/selection.h"

namespace flip::ui {

void Selection::setRun(const QString& run) {
    if (run == run_) {
        return;
    }
    run_ = run;
    Q_EMIT runChanged(run_);
}

} // namespace flip::ui
