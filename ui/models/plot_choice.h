#pragma once

#include "ui/models/curve_model.h"

#include <QString>

#include <string>
#include <vector>

namespace flip::ui {

enum class BestMark { None, Highest, Lowest };

/// One line of a plot: its points, its name in the legend, its colour index.
struct PlotLine {
    SeriesKey key;
    QString label;
    int colour = 0;
    bool operator==(const PlotLine&) const = default;
};

/// What one plot shows.
struct PlotChoice {
    QString valueLabel; // quantity and unit: "ICL loss (nats)"
    std::vector<PlotLine> lines;
    BestMark best = BestMark::None;
    bool smoothed = false; // whether the smoothing of the page applies
    QString emptyText;     // shown while there are no points
    bool operator==(const PlotChoice&) const = default;
};

/// The plots of one stage of a run: losses, validation metrics, throughput. Each pretraining loss
/// has its own plot, as their scales differ; the branches of finetuning share one.
std::vector<PlotChoice> plotsOf(const CurveModel& curves, const std::string& run, RunStage stage);

/// "ICL" for "icl", "joint" for "joint".
QString lossName(const std::string& term);

/// "step", "epoch", "samples (rows)", "wall time".
QString axisLabel(CurveX x);

} // namespace flip::ui
