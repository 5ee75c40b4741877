#pragma once

#include "ui/bridge/background_job.h"

#include <QObject>
#include <QString>

namespace flip::ui {

/// Finds out, off the GUI thread, which device runs use on this machine by default. If there is a
/// GPU, this loads the CUDA part of LibTorch first.
class MachineReader : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void start();

Q_SIGNALS:
    /// "cuda:0 (NVIDIA H200)"; `why` explains why it is not a GPU, else empty.
    void found(const QString& device, const QString& why);

private:
    BackgroundJob job_;
};

} // namespace flip::ui
