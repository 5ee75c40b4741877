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

/// What the store of the workspace tells the window: the list of runs, looked at every 2 s and read
/// only when the files changed, and the facts of single runs. A run of another process is followed
/// while it goes on. All reading happens on background threads, each with a connection of its own.
/// Lives on the GUI thread.
class RunHistory : public QObject {
    Q_OBJECT

public:
    explicit RunHistory(Workspace workspace, QObject* parent = nullptr);

public Q_SLOTS:
    void start();   // reads the list now and from then on
    void refresh(); // reads the list now, changed or not

    /// Gives all stored facts of the run, then what is added to it.
    void load(const QString& run);
    void drop(const QString& run);

Q_SIGNALS:
    void listed(const std::vector<flip::RunSummary>& runs);
    void read(const QString& run, const std::vector<flip::RunEvent>& events, bool complete);
    void unreadable(const QString& run, const flip::Problem& problem); // run empty: the list
    void outdated(const QString& run); // taken up again elsewhere: what was read may not stand

private:
    struct Loaded {
        std::unique_ptr<BackgroundJob> job;
        std::int64_t mark = 0; // of the last fact that was given
        bool complete = false; // all that was stored has been given once
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
    std::set<std::string> toldUnreadable_; // problems of single runs, each told once
    std::string seenFiles_;
    bool anyRunning_ = false;
    std::map<QString, Loaded> loaded_;
    std::vector<std::unique_ptr<BackgroundJob>> idleJobs_; // ending one would wait for its thread
};

} // namespace flip::ui
