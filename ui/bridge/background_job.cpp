#include "ui/bridge/background_job.h"

#include <QMetaObject>

#include <algorithm>
#include <atomic>

namespace flip::ui {

namespace {
std::atomic<int> activeJobs = 0;
}

int BackgroundJob::active() {
    return activeJobs.load();
}

BackgroundJob::~BackgroundJob() {
    for (Worker& worker : workers_) {
        worker.thread.request_stop();
    }
    activeJobs -= static_cast<int>(workers_.size());
}

void BackgroundJob::launch(std::function<Finish(std::stop_token)> work) {
    const bool wasRunning = running();
    for (Worker& worker : workers_) {
        worker.thread.request_stop();
    }
    const std::uint64_t number = ++last_;
    current_ = number;
    ++activeJobs;
    workers_.push_back(
        {number, std::jthread([this, number, work = std::move(work)](std::stop_token stop) {
             const Finish report = work(stop);
             QMetaObject::invokeMethod(
                 this, [this, number, report] { finish(number, report); }, Qt::QueuedConnection);
         })});
    if (!wasRunning) {
        Q_EMIT runningChanged(true);
    }
}

void BackgroundJob::finish(std::uint64_t number, const Finish& report) {
    const auto worker = std::ranges::find(workers_, number, &Worker::number);
    worker->thread.join();
    workers_.erase(worker);
    --activeJobs;
    if (number == current_) {
        current_ = 0;
        Q_EMIT runningChanged(false);
        report();
    }
}

void BackgroundJob::post(std::stop_token stop, std::function<void()> message) {
    QMetaObject::invokeMethod(
        this,
        [stop, message = std::move(message)] {
            if (!stop.stop_requested()) {
                message();
            }
        },
        Qt::QueuedConnection);
}

void BackgroundJob::requestStop() {
    for (Worker& worker : workers_) {
        worker.thread.request_stop();
    }
}

void BackgroundJob::cancel() {
    requestStop();
    if (current_ != 0) {
        current_ = 0;
        Q_EMIT runningChanged(false);
    }
}

} // namespace flip::ui
