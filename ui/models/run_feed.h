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

/// Where facts of runs enter the window's models, live ones and stored ones alike, and where it is
/// known which runs are there. Lives on the GUI thread.
class RunFeed : public QObject {
    Q_OBJECT

public:
    explicit RunFeed(QObject* parent = nullptr);

    CurveModel& curves() { return curves_; }
    AlignmentModel& alignment() { return alignment_; }
    RunJournal& journal() { return journal_; }

    /// The run of this window that is going now; empty if none is.
    QString liveRun() const { return QString::fromStdString(live_); }

    /// Whether the run's stored facts are here, or on their way.
    bool has(const QString& run) const { return runs_.contains(run.toStdString()); }
    bool isLoading(const QString& run) const;

    /// Makes the run's facts be here: asks for its history unless they are. The 32 runs asked for
    /// last are kept.
    void want(const QString& run);

    /// Drops what is known of the run; the next want() reads it anew.
    void forget(const QString& run);

public Q_SLOTS:
    /// Facts of this window's own run, in order; RunStarted says whose they are.
    void takeLive(const std::vector<flip::RunEvent>& events);

    /// Stored facts in order, in any number of handfuls; `complete` with the last that are stored
    /// now. Facts that a process elsewhere adds later come the same way.
    void takeHistory(const QString& run, const std::vector<flip::RunEvent>& events, bool complete);

    /// The history could not be read; the run shows what is there.
    void failHistory(const QString& run);

    /// Reads a run anew whose stored facts are not those of before.
    void reload(const QString& run);

Q_SIGNALS:
    void historyWanted(const QString& run);
    void historyDropped(const QString& run); // nobody needs to follow it any more
    void liveRunChanged(const QString& run);
    void loaded(const QString& run);

private:
    struct Known {
        bool loading = false;
        std::vector<RunEvent> waiting; // live facts that must come after the stored ones
        bool reachedLive = false;      // what is stored from here on is waiting already
    };
    void enter(const std::string& run, const std::vector<RunEvent>& events);
    void takeLiveRun(const std::vector<RunEvent>& events);
    void touch(const std::string& run);

    CurveModel curves_;
    AlignmentModel alignment_;
    RunJournal journal_;
    std::map<std::string, Known> runs_;
    std::deque<std::string> recent_; // asked for last at the back
    std::string live_;
};

} // namespace flip::ui
