#pragma once

#include "ui/bridge/background_job.h"

#include <QObject>
#include <QString>

namespace flip::ui {

/// Finds out, off the GUI thread, what runs compute on here when nothing else is asked for: where
/// there is a graphics processor, LibTorch's part for it is loaded first.
class MachineReader : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void start();

Q_SIGNALS:
    /// "cuda:0 (NVIDIA H200)"; `why` says why it is not a graphics processor, or is empty.
    void found(const QString& device, const QString& why);

private:
    BackgroundJob job_;
};

} // namespace flip::ui
