#include "ui/models/plot_choice.h"

#include "ui/models/run_journal.h"

#include <algorithm>
#include <array>
#include <set>

namespace flip::ui {

namespace {

std::set<std::string> termsOf(const CurveModel& curves, const std::string& run, RunStage stage,
                              Quantity quantity) {
    std::set<std::string> terms;
    for (const SeriesKey& key : curves.series(run)) {
        if (key.stage == stage && key.quantity == quantity) {
            terms.insert(key.term);
        }
    }
    return terms;
}

/// The branches have the same colours in every plot: joint, id, text. The L2 loss of the id tables
/// is grey.
int branchColour(const std::string& branch) {
    return branch == "id" ? 1 : branch == "text" ? 2 : branch == "tables" ? 7 : 0;
}

PlotChoice branchPlot(const CurveModel& curves, const std::string& run, RunStage stage,
                      Quantity quantity, const QString& label, BestMark best) {
    PlotChoice plot{label, {}, best, false, QStringLiteral("available after the first epoch")};
    const auto terms = termsOf(curves, run, stage, quantity);
    for (const std::string& term : terms) {
        plot.lines.push_back({{run, stage, quantity, term},
                              QString::fromStdString(branchWord(term, terms.size() > 1)),
                              branchColour(term)});
    }
    if (terms.empty()) {
        plot.lines.push_back({{run, stage, quantity, ""}, QStringLiteral("validation"), 0});
    }
    return plot;
}

PlotChoice throughputPlot(const std::string& run, RunStage stage) {
    return {QStringLiteral("throughput (rows/s)"),
            {{{run, stage, Quantity::Throughput, ""}, QStringLiteral("throughput"), 4}},
            BestMark::None,
            true,
            QStringLiteral("available after the first step")};
}

} // namespace

std::vector<PlotChoice> plotsOf(const CurveModel& curves, const std::string& run, RunStage stage) {
    const QString first = QStringLiteral("available after the first step");
    const auto losses = termsOf(curves, run, stage, Quantity::Loss);
    std::vector<PlotChoice> plots;
    if (stage == RunStage::Pretrain) {
        static constexpr std::array<const char*, 4> kTerms{"icl", "mfm", "mlm", "total"};
        for (int i = 0; i < static_cast<int>(kTerms.size()); ++i) {
            const std::string term = kTerms[static_cast<std::size_t>(i)];
            if (losses.empty() || losses.contains(term)) {
                plots.push_back({lossName(term) + QStringLiteral(" loss (nats)"),
                                 {{{run, stage, Quantity::Loss, term}, lossName(term), i}},
                                 BestMark::None,
                                 true,
                                 first});
            }
        }
        plots.push_back({QStringLiteral("alignment score (share)"),
                         {{{run, stage, Quantity::Alignment, ""}, QStringLiteral("alignment"), 6}},
                         BestMark::None,
                         false,
                         QStringLiteral("measured at the end of each epoch")});
        plots.push_back(throughputPlot(run, stage));
        return plots;
    }
    PlotChoice loss{QStringLiteral("training loss (nats)"), {}, BestMark::None, true, first};
    const bool alone = losses.size() == 1;
    for (const std::string& term : losses) {
        if (term != "total" || alone) {
            loss.lines.push_back(
                {{run, stage, Quantity::Loss, term}, lossName(term), branchColour(term)});
        }
    }
    std::stable_sort(loss.lines.begin(), loss.lines.end(),
                     [](const PlotLine& a, const PlotLine& b) { return a.colour < b.colour; });
    plots.push_back(std::move(loss));
    plots.push_back(branchPlot(curves, run, stage, Quantity::Auc, QStringLiteral("validation AUC"),
                               BestMark::Highest));
    plots.push_back(branchPlot(curves, run, stage, Quantity::LogLoss,
                               QStringLiteral("validation LogLoss (nats)"), BestMark::Lowest));
    if (losses.contains("total") && !alone) { // on the same axis it would flatten its terms
        plots.push_back({QStringLiteral("total loss (nats)"),
                         {{{run, stage, Quantity::Loss, "total"}, lossName("total"), 3}},
                         BestMark::None,
                         true,
                         first});
    }
    plots.push_back(throughputPlot(run, stage));
    return plots;
}

QString lossName(const std::string& term) {
    const QString name = QString::fromStdString(term);
    return choiceOf<PretrainLoss>(term) ? name.toUpper() : name;
}

QString axisLabel(CurveX x) {
    switch (x) {
    case CurveX::Step:
        return QStringLiteral("step");
    case CurveX::Epoch:
        return QStringLiteral("epoch");
    case CurveX::Samples:
        return QStringLiteral("samples (rows)");
    case CurveX::Seconds:
        return QStringLiteral("wall time");
    }
    return {};
}

} // namespace flip::ui
