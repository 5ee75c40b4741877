#include "ui/bridge/run_controller.h"

#include "core/device/devices.h"
#include "core/run/execute.h"

#include <QMetaObject>

#include <utility>

namespace flip::ui {

RunController::RunController(Workspace workspace, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)), queue_([this] {
          QMetaObject::invokeMethod(this, &RunController::deliver, Qt::QueuedConnection);
      }) {}

RunController::~RunController() {
    worker_.request_stop();
}

void RunController::start(const RunSpec& spec) {
    launch([spec, workspace = workspace_](RunSink& sink, std::stop_token stop) {
        return executeRun(spec, workspace, {}, sink, stop);
    });
}

void RunController::resume(const QString& run) {
    launch([name = run.toStdString(), workspace = workspace_](RunSink& sink, std::stop_token stop) {
        return resumeRun(name, workspace, sink, stop);
    });
}

void RunController::stop() {
    if (running_ && worker_.request_stop()) {
        Q_EMIT stopRequested();
    }
}

void RunController::launch(Work work) {
    if (running_) {
        Q_EMIT refused(Problem{"a run is in progress in this window; stop it or wait for its end",
                               run_.toStdString()});
        return;
    }
    running_ = true;
    run_.clear();
    Q_EMIT runningChanged(true);
    worker_ = std::jthread([this, work = std::move(work)](std::stop_token stop) {
        // Also for a run on the CPU: a later run may use a GPU, and devices must be
        // detected before the program creates its first tensor.
        devices();
        const RunEnded end = work(queue_, stop);
        QMetaObject::invokeMethod(
            this, [this, end] { finish(end); }, Qt::QueuedConnection);
    });
}

void RunController::deliver() {
    const std::vector<RunEvent> events = queue_.drain();
    if (events.empty()) {
        return;
    }
    for (const RunEvent& event : events) {
        if (const auto* begin = std::get_if<RunStarted>(&event.fact)) {
            run_ = QString::fromStdString(begin->run);
            Q_EMIT started(run_);
        }
    }
    Q_EMIT eventsArrived(events);
}

void RunController::finish(const RunEnded& end) {
    deliver();
    worker_.join();
    running_ = false;
    Q_EMIT ended(end);
    Q_EMIT runningChanged(false);
}

} // namespace flip::ui
