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

/// The state of one run according to its facts: its progress, its log, how it ended.
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
    double stageWallSeconds = 0;               // when this session's steps of the last stage began
    std::int64_t stageFirstStep = 0;           // the step before its first one
    std::optional<EpochDone> best;             // the epoch whose weights are kept
    std::optional<CheckpointSaved> checkpoint; // the last one; a resume continues from it
    std::vector<Line> log;
    std::optional<RunEnded> end; // absent while it runs, and after a crash

    /// Completed part of the last stage, 0 to 1; absent if its length is unknown.
    std::optional<double> progress() const;

    /// Until the last stage ends, at the speed of this session; absent before its first step.
    std::optional<double> secondsLeft() const;
};

/// The stories of all runs. Fed like CurveModel, by live and replayed facts alike. GUI thread.
class RunJournal : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void take(const std::string& run, std::span<const RunEvent> events);
    void forget(const std::string& run);

    /// Null if no facts of the run are known; valid until the next forget().
    const RunStory* story(const std::string& run) const;

Q_SIGNALS:
    void changed(const std::string& run);

private:
    std::map<std::string, RunStory> stories_;
};

/// "pretraining", "finetuning of the ids alone", "finetuning".
std::string stageWord(RunStage stage);

/// The name of the branch; for the run's own output "joint" if it has branches, else "validation".
std::string branchWord(const std::string& branch, bool hasBranches);

} // namespace flip::ui
