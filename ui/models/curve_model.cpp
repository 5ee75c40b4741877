#include "ui/models/curve_model.h"

#include <algorithm>
#include <cmath>

namespace flip::ui {

double CurvePoint::at(CurveX x) const {
    switch (x) {
    case CurveX::Step:
        return step;
    case CurveX::Epoch:
        return epoch;
    case CurveX::Samples:
        return samples;
    case CurveX::Seconds:
        return seconds;
    }
    return step;
}

void CurveModel::take(const std::string& name, std::span<const RunEvent> events) {
    if (events.empty()) {
        return;
    }
    Run& run = runs_[name];
    for (const RunEvent& event : events) {
        enter(run, event.wallSeconds, event.fact);
    }
    std::vector<SeriesChange> changes;
    for (Stage& stage : run.stages) {
        for (auto& [key, series] : stage.series) {
            if (series.changedFrom) {
                changes.push_back({{name, stage.name, key.first, key.second}, *series.changedFrom});
                series.changedFrom.reset();
            }
        }
    }
    if (!changes.empty()) {
        Q_EMIT changed(changes);
    }
}

void CurveModel::forget(const std::string& run) {
    const std::string name = run; // the argument may be part of the erased entry
    if (runs_.erase(name) > 0) {
        Q_EMIT forgotten(name);
    }
}

std::span<const CurvePoint> CurveModel::points(const SeriesKey& key) const {
    const auto run = runs_.find(key.run);
    if (run == runs_.end()) {
        return {};
    }
    for (const Stage& stage : run->second.stages) {
        if (stage.name == key.stage) {
            const auto series = stage.series.find({key.quantity, key.term});
            return series == stage.series.end()
                       ? std::span<const CurvePoint>{}
                       : std::span<const CurvePoint>(series->second.points);
        }
    }
    return {};
}

std::vector<SeriesKey> CurveModel::series(const std::string& name) const {
    std::vector<SeriesKey> keys;
    if (const auto run = runs_.find(name); run != runs_.end()) {
        for (const Stage& stage : run->second.stages) {
            for (const auto& [key, series] : stage.series) {
                if (!series.points.empty()) {
                    keys.push_back({name, stage.name, key.first, key.second});
                }
            }
        }
    }
    return keys;
}

std::vector<RunStage> CurveModel::stages(const std::string& name) const {
    std::vector<RunStage> names;
    if (const auto run = runs_.find(name); run != runs_.end()) {
        for (const Stage& stage : run->second.stages) {
            names.push_back(stage.name);
        }
    }
    return names;
}

void CurveModel::enter(Run& run, double wallSeconds, const Fact& fact) {
    if (const auto* begun = std::get_if<StageStarted>(&fact)) {
        stageOf(run, begun->stage).stepsPerEpoch = static_cast<double>(begun->stepsPerEpoch);
    } else if (const auto* step = std::get_if<StepDone>(&fact)) {
        enterStep(run, wallSeconds, *step);
    } else if (const auto* epoch = std::get_if<EpochDone>(&fact)) {
        enterEpoch(run, wallSeconds, *epoch);
    } else if (const auto* map = std::get_if<AlignmentMeasured>(&fact)) {
        Stage& stage =
            run.stages.empty() ? stageOf(run, RunStage::Pretrain) : run.stages.at(run.current);
        appendEpoch(stage, Quantity::Alignment, "",
                    {static_cast<double>(map->step), static_cast<double>(map->epoch), stage.samples,
                     wallSeconds, map->score});
    }
}

void CurveModel::enterStep(Run& run, double wallSeconds, const StepDone& fact) {
    Stage& stage = stageOf(run, fact.stage);
    const auto step = static_cast<double>(fact.step);
    if (step <= stage.lastStep) {
        rewind(run, stage, step);
    }
    stage.lastStep = step;
    stage.samples += static_cast<double>(fact.rows);
    const double epoch =
        stage.stepsPerEpoch > 0 ? step / stage.stepsPerEpoch : static_cast<double>(fact.epoch);
    CurvePoint point{step, epoch, stage.samples, wallSeconds, 0};
    for (const auto& [term, loss] : fact.losses) {
        point.value = loss;
        append(stage, Quantity::Loss, term, point);
    }
    if (fact.seconds > 0) {
        point.value = static_cast<double>(fact.rows) / fact.seconds;
        append(stage, Quantity::Throughput, "", point);
    }
    point.value = fact.learningRate;
    append(stage, Quantity::LearningRate, "", point);
}

void CurveModel::enterEpoch(Run& run, double wallSeconds, const EpochDone& fact) {
    Stage& stage = stageOf(run, fact.stage);
    CurvePoint point{static_cast<double>(fact.step), static_cast<double>(fact.epoch), stage.samples,
                     wallSeconds, 0};
    for (const auto& [branch, metrics] : fact.valid) {
        if (metrics.auc) {
            point.value = *metrics.auc;
            appendEpoch(stage, Quantity::Auc, branch, point);
        }
        point.value = metrics.logLoss;
        appendEpoch(stage, Quantity::LogLoss, branch, point);
    }
    for (const auto& [term, value] : fact.state) {
        point.value = value;
        appendEpoch(stage, Quantity::State, term, point);
    }
}

CurveModel::Stage& CurveModel::stageOf(Run& run, RunStage name) {
    for (std::size_t i = 0; i < run.stages.size(); ++i) {
        if (run.stages[i].name == name) {
            run.current = i;
            return run.stages[i];
        }
    }
    run.current = run.stages.size();
    return run.stages.emplace_back(Stage{.name = name});
}

void CurveModel::rewind(Run& run, Stage& stage, double step) {
    const auto cut = [](Series& series, std::size_t size) {
        if (size < series.points.size()) {
            series.points.resize(size);
            series.changedFrom = std::min(series.changedFrom.value_or(size), size);
        }
    };
    for (auto& [key, series] : stage.series) {
        const auto first =
            std::find_if(series.points.begin(), series.points.end(),
                         [step](const CurvePoint& point) { return point.step >= step; });
        cut(series, static_cast<std::size_t>(first - series.points.begin()));
    }
    const auto& rates = stage.series[{Quantity::LearningRate, ""}].points; // one point per step
    stage.samples = rates.empty() ? 0 : rates.back().samples;
    bool later = false;
    for (Stage& other : run.stages) {
        if (later) {
            other.lastStep = 0;
            other.samples = 0;
            for (auto& [key, series] : other.series) {
                cut(series, 0);
            }
        }
        later = later || &other == &stage;
    }
}

void CurveModel::append(Stage& stage, Quantity quantity, const std::string& term,
                        const CurvePoint& point) {
    Series& series = stage.series[{quantity, term}];
    if (!series.changedFrom) {
        series.changedFrom = series.points.size();
    }
    series.points.push_back(point);
}

void CurveModel::appendEpoch(Stage& stage, Quantity quantity, const std::string& term,
                             const CurvePoint& point) {
    Series& series = stage.series[{quantity, term}];
    // An epoch that ends a second time after a resume replaces its first end.
    while (!series.points.empty() && series.points.back().epoch >= point.epoch) {
        series.points.pop_back();
        series.changedFrom =
            std::min(series.changedFrom.value_or(series.points.size()), series.points.size());
    }
    append(stage, quantity, term, point);
}

std::optional<std::size_t> bestPoint(std::span<const CurvePoint> points, bool highest) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double value = points[i].value;
        if (std::isfinite(value) &&
            (!best || (highest ? value > points[*best].value : value < points[*best].value))) {
            best = i;
        }
    }
    return best;
}

} // namespace flip::ui
