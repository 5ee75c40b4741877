#pragma once

#include "ui/models/alignment_model.h"
#include "ui/models/curve_model.h"
#include "ui/models/run_journal.h"

#include <QObject>
#include <QString>

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace flip::ui {

/// Passes the facts of live and stored runs to the window's models, and keeps track of which runs
/// are loaded. Lives on the GUI thread.
class RunFeed : public QObject {
    Q_OBJECT

public:
    explicit RunFeed(QObject* parent = nullptr);

    CurveModel& curves() { return curves_; }
    AlignmentModel& alignment() { return alignment_; }
    RunJournal& journal() { return journal_; }

    /// The run in progress in this window; empty if there is none.
    QString liveRun() const { return QString::fromStdString(live_); }

    /// Whether the run's stored facts are loaded or being loaded.
    bool has(const QString& run) const { return runs_.contains(run.toStdString()); }
    bool isLoading(const QString& run) const;

    /// Loads the run's facts unless they are loaded already. The 32 runs requested last are kept.
    void request(const QString& run);

    /// Drops the run's facts; the next request() loads them again.
    void forget(const QString& run);

public Q_SLOTS:
    /// Facts of this window's own run, in order; RunStarted names the run.
    void takeLive(const std::vector<flip::RunEvent>& events);

    /// Stored facts in order, in any number of chunks; `complete` is true for the last chunk. Facts
    /// that another process adds later arrive the same way.
    void takeHistory(const QString& run, const std::vector<flip::RunEvent>& events, bool complete);

    /// The history could not be read; the run shows the facts it has.
    void failHistory(const QString& run);

    /// Loads a run again because its stored facts have been replaced.
    void reload(const QString& run);

Q_SIGNALS:
    void historyRequested(const QString& run);
    void historyDropped(const QString& run); // it need not be followed any more
    void liveRunChanged(const QString& run);
    void loaded(const QString& run);

private:
    struct Known {
        bool loading = false;
        std::vector<RunEvent> waiting; // live facts that must come after the stored ones
        bool reachedLive = false;      // further stored facts are already in `waiting`
    };
    void enter(const std::string& run, const std::vector<RunEvent>& events);
    void takeLiveRun(const std::vector<RunEvent>& events);
    void touch(const std::string& run);

    CurveModel curves_;
    AlignmentModel alignment_;
    RunJournal journal_;
    std::map<std::string, Known> runs_;
    std::deque<std::string> recent_; // requested last at the back
    std::string live_;
};

} // namespace flip::ui
