#pragma once

#include "core/run/event_queue.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <QObject>
#include <QString>

#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace flip::ui {

/// The live run of this window: runs it on its own thread and delivers its facts to the GUI thread,
/// in order and in chunks. One run at a time. The destructor asks the run to stop, waits for its
/// checkpoint and joins.
class RunController : public QObject {
    Q_OBJECT
public:
    explicit RunController(Workspace workspace, QObject* parent = nullptr);
    ~RunController() override;

    bool running() const { return running_; }
    bool stopping() const { return running_ && worker_.get_stop_token().stop_requested(); }
    QString currentRun() const { return run_; } // empty until the run has reported its name

public Q_SLOTS:
    void start(const flip::RunSpec& spec);
    void stop(); // takes effect before the next step; the trained weights are kept
    void resume(const QString& run);

Q_SIGNALS:
    void started(const QString& run);
    void eventsArrived(const std::vector<flip::RunEvent>& events);
    void ended(const flip::RunEnded& end);
    void refused(const flip::Problem& problem); // a request that cannot be met now
    void runningChanged(bool running);
    void stopRequested();

private:
    using Work = std::function<RunEnded(RunSink& sink, std::stop_token stop)>;
    void launch(Work work);
    void deliver();
    void finish(const RunEnded& end);

    const Workspace workspace_;
    QString run_;
    bool running_ = false;
    EventQueue queue_;
    std::jthread worker_; // last member: joined while queue_ still exists
};

} // namespace flip::ui
