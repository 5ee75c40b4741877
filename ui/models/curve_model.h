#pragma once

#include "core/spec/run_event.h"

#include <QObject>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace flip::ui {

/// What a curve shows. SeriesKey::term tells curves of one kind apart: a loss ("icl"), a branch (""
/// is the run's own output), a value of the training state ("alpha").
enum class Quantity { Loss, Auc, LogLoss, Throughput, LearningRate, State, Alignment };

/// What the horizontal axis counts. Steps, epochs and samples count within the stage, seconds since
/// the run began.
enum class CurveX { Step, Epoch, Samples, Seconds };

struct SeriesKey {
    std::string run;
    RunStage stage{};
    Quantity quantity = Quantity::Loss;
    std::string term;
    auto operator<=>(const SeriesKey&) const = default;
};

struct CurvePoint {
    double step = 0;
    double epoch = 0; // fractional within an epoch
    double samples = 0;
    double seconds = 0;
    double value = 0;

    double at(CurveX x) const;
    bool operator==(const CurvePoint&) const = default;
};

/// A series whose points from index `from` on have changed: appended, or replaced after a resume.
/// Points before `from` are unchanged.
struct SeriesChange {
    SeriesKey key;
    std::size_t from = 0;
    bool operator==(const SeriesChange&) const = default;
};

/// The points of all curves, by run, stage and quantity. Live and replayed runs both enter through
/// take(). Lives on the GUI thread.
class CurveModel : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Adds facts of one run in order. A step that is already there was repeated after a resume: it
    /// and all later points of the run are removed first. Emits changed() at most once per call.
    void take(const std::string& run, std::span<const RunEvent> events);

    /// Drops the run's points.
    void forget(const std::string& run);

    bool knows(const std::string& run) const { return runs_.contains(run); }

    /// The points of a series, oldest first; empty if there is none. Valid until the next take().
    std::span<const CurvePoint> points(const SeriesKey& key) const;

    /// The run's series that have points, by stage, quantity, term.
    std::vector<SeriesKey> series(const std::string& run) const;

    /// Stages in the order they began.
    std::vector<RunStage> stages(const std::string& run) const;

Q_SIGNALS:
    void changed(const std::vector<flip::ui::SeriesChange>& changes);
    void forgotten(const std::string& run);

private:
    using SeriesName = std::pair<Quantity, std::string>;
    struct Series {
        std::vector<CurvePoint> points;
        std::optional<std::size_t> changedFrom; // within the current take()
    };
    struct Stage {
        RunStage name{};
        double stepsPerEpoch = 0; // 0: unknown
        double lastStep = 0;
        double samples = 0;
        std::map<SeriesName, Series> series;
    };
    struct Run {
        std::vector<Stage> stages;
        std::size_t current = 0;
    };

    void enter(Run& run, double wallSeconds, const Fact& fact);
    void enterStep(Run& run, double wallSeconds, const StepDone& fact);
    void enterEpoch(Run& run, double wallSeconds, const EpochDone& fact);
    static Stage& stageOf(Run& run, RunStage name);
    static void rewind(Run& run, Stage& stage, double step);
    static void append(Stage& stage, Quantity quantity, const std::string& term,
                       const CurvePoint& point);
    static void appendEpoch(Stage& stage, Quantity quantity, const std::string& term,
                            const CurvePoint& point);

    std::map<std::string, Run> runs_;
};

/// Index of the highest or lowest finite value; empty if there is none.
std::optional<std::size_t> bestPoint(std::span<const CurvePoint> points, bool highest);

} // namespace flip::ui
