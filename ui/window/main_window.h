#pragma once

#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "ui/bridge/machine_reader.h"
#include "ui/bridge/run_controller.h"
#include "ui/bridge/run_history.h"
#include "ui/bridge/selection.h"
#include "ui/bridge/view_state.h"
#include "ui/models/run_feed.h"
#include "ui/widgets/theme.h"
#include "ui/window/rail.h"

#include <QMainWindow>

#include <vector>

class QActionGroup;
class QStackedWidget;

namespace flip::ui {

class AlignmentPage;
class ComparePage;
class DataPage;
class ExperimentPage;
class NoticeArea;
class RunsPage;
class StatusStrip;
class TemplatePage;

/// Lays out the pages and connects them to their data sources; makes no decisions of its own.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Workspace workspace);
    ~MainWindow() override;

    Page page() const;
    void setTheme(ThemeChoice choice);

    /// Shows what the arguments refer to: a dataset or run, an experiment file, raw files to
    /// import. A notice reports each argument that cannot be shown.
    void openThings(const QStringList& arguments);

    /// Restores the state of the last session, with or without the geometry.
    void restore(bool withGeometry = true);

public Q_SLOTS:
    void setPage(flip::ui::Page page);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void placeAll();
    void makeMenus();
    void connectPages();
    void connectRuns();
    void takeRuns(const std::vector<RunSummary>& runs);
    void showLiveRun();
    void takeEnd(const RunEnded& end);
    ViewState viewState() const;

    const Workspace workspace_;
    Selection selection_;
    RunFeed feed_;
    MachineReader machine_;
    RunHistory history_;
    Rail* rail_;
    QStackedWidget* pages_;
    NoticeArea* notices_;
    StatusStrip* strip_;
    DataPage* data_;
    TemplatePage* template_;
    ExperimentPage* experiment_;
    RunsPage* runsPage_;
    ComparePage* compare_;
    AlignmentPage* alignment_;
    QActionGroup* themes_ = nullptr;
    bool closing_ = false;
    RunController runs_; // last member: its run ends while everything it feeds still exists
};

} // namespace flip::ui
