#pragma once

#include "core/spec/run_event.h"

#include <QObject>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace flip::ui {

/// What the facts of one run tell in words and numbers: how far it is, what it said, how it ended.
struct RunStory {
    struct Line {
        double wallSeconds = 0;
        std::string level; // info | warning
        std::string text;
    };

    std::optional<RunStarted> started;
    std::vector<StageStarted> stages; // in the order they began
    std::int64_t step = 0;            // of the last stage
    std::int64_t epoch = 0;
    double wallSeconds = 0;                    // of the last fact
    double stageWallSeconds = 0;               // when this sitting began to step in the last stage
    std::int64_t stageFirstStep = 0;           // the step it began after
    std::optional<EpochDone> best;             // the epoch whose weights are kept
    std::optional<CheckpointSaved> checkpoint; // the last one, from which a resume goes on
    std::vector<Line> log;
    std::optional<RunEnded> end; // absent while it runs, and after a crash

    /// Part of the last stage that is done, 0 to 1; absent where nobody said how much there is.
    std::optional<double> progress() const;

    /// Until the last stage ends, at the pace of this sitting; absent before the first steps.
    std::optional<double> secondsLeft() const;
};

/// The stories of runs. Fed like CurveModel, by live and replayed facts alike. GUI thread.
class RunJournal : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void take(const std::string& run, std::span<const RunEvent> events);
    void forget(const std::string& run);

    /// Null if nothing is known of the run; valid until the next forget().
    const RunStory* story(const std::string& run) const;

Q_SIGNALS:
    void changed(const std::string& run);

private:
    std::map<std::string, RunStory> stories_;
};

/// "pretraining", "finetuning of the ids alone", "finetuning".
std::string stageWord(RunStage stage);

/// "joint" for the run's own output where branches stand beside it, else "validation".
std::string branchWord(const std::string& branch, bool hasBranches);

} // namespace flip::ui
