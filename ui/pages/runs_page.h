#pragma once

#include "core/store/run_store.h"
#include "ui/models/plot_choice.h"
#include "ui/models/run_feed.h"
#include "ui/models/run_table_model.h"
#include "ui/widgets/page_frame.h"

#include <string>
#include <vector>

class QComboBox;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTableView;
class QToolButton;

namespace flip::ui {

class CurveControls;
class CurveGrid;
class ElidedLabel;
class QualityPanel;
class RunCard;
class Selection;

/// The list of runs, and for the selected one its curves, state, result, prediction quality and
/// log. Live and stored runs look the same, as both come through the feed. The feed and the
/// selection must outlive the page.
class RunsPage : public PageFrame {
    Q_OBJECT

public:
    RunsPage(Workspace workspace, RunFeed& feed, Selection& selection, QWidget* parent = nullptr);

public Q_SLOTS:
    void setRuns(const std::vector<flip::RunSummary>& runs);
    void setBusy(bool running); // whether this window has a run in progress
    void showStopping();        // a stop has been requested

Q_SIGNALS:
    void stopRequested();
    void resumeRequested(const QString& run);
    void experimentRequested(); // from the empty page

private:
    QWidget* makeList();
    QWidget* makeCurves();
    void showRun(const QString& run);
    void showPlots();
    void showState();
    void showLog();
    RunStage stage() const;
    std::string run() const;

    RunFeed& feed_;
    Selection& selection_;
    RunTableModel* model_;
    QualityPanel* quality_;
    QPushButton* stop_;
    QPushButton* resume_;
    QTableView* table_;
    RunCard* card_;
    ElidedLabel* state_;
    QProgressBar* progress_;
    QComboBox* stage_;
    CurveControls* controls_;
    CurveGrid* grid_;
    QToolButton* logButton_;
    QPlainTextEdit* log_;
    std::vector<PlotChoice> plots_;
    QString shownRun_;
    std::size_t linesShown_ = 0;
    bool stageChosen_ = false; // by the user: no longer follows the run
    bool busy_ = false;
    bool stopping_ = false;
};

} // namespace flip::ui
