#pragma once

#include "core/spec/run_event.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "ui/bridge/background_job.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace flip::ui {

/// Reads the run store of the workspace for the window: the list of runs and the facts of single
/// runs. The list is checked every 2 s and read again if the files have changed or the last reading
/// is too old. A run of another process is followed until it ends. All reading happens on
/// background threads, each with its own connection. Lives on the GUI thread.
class RunHistory : public QObject {
    Q_OBJECT

public:
    explicit RunHistory(Workspace workspace, QObject* parent = nullptr);

public Q_SLOTS:
    void start();   // reads the list now and keeps it up to date
    void refresh(); // reads the list now, changed or not

    /// Emits all stored facts of the run, then those added later.
    void load(const QString& run);
    void drop(const QString& run);

Q_SIGNALS:
    void listed(const std::vector<flip::RunSummary>& runs);
    void read(const QString& run, const std::vector<flip::RunEvent>& events, bool complete);
    void unreadable(const QString& run, const flip::Problem& problem); // empty run: the list
    void outdated(const QString& run); // resumed elsewhere: the facts read before may be obsolete

private:
    struct Loaded {
        std::unique_ptr<BackgroundJob> job;
        std::int64_t mark = 0; // of the last fact emitted
        bool complete = false; // all stored facts have been emitted once
        bool running = false;
    };
    void look();
    void follow();
    void readFacts(const QString& run);
    void takeList(const std::vector<RunSummary>& runs);

    const Workspace workspace_;
    BackgroundJob listJob_;
    QTimer listTimer_;
    QTimer followTimer_;
    QElapsedTimer sinceList_;
    std::set<std::string> reportedUnreadable_; // problems of single runs, each reported once
    std::string seenFiles_;
    bool anyRunning_ = false;
    std::map<QString, Loaded> loaded_;
    std::vector<std::unique_ptr<BackgroundJob>> idleJobs_; // destroying one waits for its thread
};

} // namespace flip::ui
