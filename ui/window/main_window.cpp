#include "ui/window/main_window.h"

#include "ui/bridge/named_things.h"
#include "ui/models/wording.h"
#include "ui/pages/alignment_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/data_page.h"
#include "ui/pages/experiment_page.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/template_page.h"
#include "ui/widgets/icons.h"
#include "ui/window/desktop_id.h"
#include "ui/window/notice_area.h"
#include "ui/window/status_strip.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <array>
#include <memory>

namespace flip::ui {

MainWindow::MainWindow(Workspace workspace)
    : workspace_(std::move(workspace)), history_(workspace_), rail_(new Rail(this)),
      pages_(new QStackedWidget(this)), notices_(new NoticeArea(this)),
      strip_(new StatusStrip(this)), data_(new DataPage(workspace_, this)),
      template_(new TemplatePage(workspace_, this)),
      experiment_(new ExperimentPage(workspace_, this)),
      runsPage_(new RunsPage(workspace_, feed_, selection_, this)),
      compare_(new ComparePage(feed_, selection_, this)),
      alignment_(new AlignmentPage(feed_, selection_, this)), runs_(workspace_) {
    setWindowTitle(tr("FLIP Workbench"));
    setWindowIcon(programIcon());
    setMinimumSize(800, 560);
    resize(1280, 800);
    placeAll();
    makeMenus();
    connectPages();
    connectRuns();
    strip_->setPlace(QString::fromStdString(workspace_.folder().string()));
    machine_.start();
    pages_->setFocus();
    history_.start();
}

MainWindow::~MainWindow() {
    // Pages hold references to feed and selection, so they are destroyed first.
    const std::unique_ptr<QWidget> pages(takeCentralWidget());
}

void MainWindow::placeAll() {
    for (QWidget* page : std::initializer_list<QWidget*>{data_, template_, experiment_, runsPage_,
                                                         compare_, alignment_}) {
        pages_->addWidget(page); // in the order of Page
    }
    auto* body = new QWidget(this);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(rail_);
    row->addWidget(pages_, 1);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row, 1);
    column->addWidget(notices_);
    column->addWidget(strip_);
    setCentralWidget(body);
}

void MainWindow::makeMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&Import a dataset…"), QKeySequence(Qt::CTRL | Qt::Key_I), this, [this] {
        setPage(Page::Data);
        data_->importFrom({});
    });
    file->addAction(tr("Make the &sample project"), this, [this] {
        setPage(Page::Data);
        data_->makeSample();
    });
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < kPageCount; ++i) {
        const auto page = Page(i);
        view->addAction(icon(pageKey(page)), pageWord(page), pageShortcut(page), this,
                        [this, page] { setPage(page); });
    }
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("&Theme"));
    themes_ = new QActionGroup(this);
    const std::array<QString, 3> words = {tr("&System"), tr("&Light"), tr("&Dark")};
    for (std::size_t i = 0; i < words.size(); ++i) {
        QAction* action = theme->addAction(words[i]);
        action->setCheckable(true);
        action->setChecked(ThemeChoice(i) == themeChoice());
        themes_->addAction(action);
        connect(action, &QAction::triggered, this, [this, i] { setTheme(ThemeChoice(i)); });
    }
    QAction* fullScreen = view->addAction(tr("&Full screen"));
    fullScreen->setShortcut(QKeySequence(Qt::Key_F11));
    fullScreen->setCheckable(true);
    connect(fullScreen, &QAction::toggled, this,
            [this](bool on) { on ? showFullScreen() : showNormal(); });

    QMenu* run = menuBar()->addMenu(tr("&Run"));
    QAction* stop = run->addAction(icon(QStringLiteral("stop")), tr("&Stop and keep"));
    stop->setEnabled(false);
    connect(stop, &QAction::triggered, &runs_, &RunController::stop);
    connect(&runs_, &RunController::runningChanged, stop, &QAction::setEnabled);
}

void MainWindow::connectPages() {
    connect(rail_, &Rail::pageChosen, this, &MainWindow::setPage);
    connect(data_, &DataPage::problemReported, notices_, &NoticeArea::showProblem);
    connect(data_, &DataPage::newsReported, notices_, &NoticeArea::showNews);
    connect(data_, &DataPage::datasetsChanged, template_, &TemplatePage::reloadNames);
    connect(data_, &DataPage::datasetsChanged, experiment_, &ExperimentPage::reloadNames);
    connect(data_, &DataPage::datasetShown, template_, &TemplatePage::setDataset);
    connect(data_, &DataPage::experimentRequested, experiment_, &ExperimentPage::setDataset);
    connect(data_, &DataPage::experimentRequested, this, [this] { setPage(Page::Experiment); });
    connect(template_, &TemplatePage::problemReported, notices_, &NoticeArea::showProblem);
    connect(template_, &TemplatePage::importRequested, this, [this] { setPage(Page::Data); });
    connect(template_, &TemplatePage::templateChosen, experiment_, &ExperimentPage::setTemplate);
    connect(template_, &TemplatePage::templateChosen, this, [this] { setPage(Page::Experiment); });
    connect(experiment_, &ExperimentPage::recipeChanged, template_, &TemplatePage::setRecipe);
    connect(experiment_, &ExperimentPage::problemReported, notices_, &NoticeArea::showProblem);
    connect(experiment_, &ExperimentPage::newsReported, notices_, &NoticeArea::showNews);
    const auto toExperiment = [this] { setPage(Page::Experiment); };
    connect(runsPage_, &RunsPage::experimentRequested, this, toExperiment);
    connect(compare_, &ComparePage::experimentRequested, this, toExperiment);
    connect(alignment_, &AlignmentPage::experimentRequested, this, toExperiment);
}

void MainWindow::connectRuns() {
    connect(experiment_, &ExperimentPage::startRequested, &runs_, &RunController::start);
    connect(runsPage_, &RunsPage::resumeRequested, &runs_, &RunController::resume);
    connect(runsPage_, &RunsPage::stopRequested, &runs_, &RunController::stop);
    connect(&machine_, &MachineReader::found, strip_, &StatusStrip::setDevice);
    connect(strip_, &StatusStrip::stopRequested, &runs_, &RunController::stop);
    connect(&runs_, &RunController::eventsArrived, &feed_, &RunFeed::takeLive);
    connect(&runs_, &RunController::eventsArrived, this, &MainWindow::showLiveRun);
    connect(&runs_, &RunController::started, &selection_, &Selection::setRun);
    connect(&runs_, &RunController::started, &history_, &RunHistory::refresh);
    connect(&runs_, &RunController::started, this, [this] { setPage(Page::Runs); });
    connect(&runs_, &RunController::runningChanged, runsPage_, &RunsPage::setBusy);
    connect(&runs_, &RunController::runningChanged, experiment_, &ExperimentPage::setRunning);
    connect(&runs_, &RunController::stopRequested, runsPage_, &RunsPage::showStopping);
    connect(&runs_, &RunController::stopRequested, strip_, &StatusStrip::showStopping);
    connect(&runs_, &RunController::refused, notices_, &NoticeArea::showProblem);
    connect(&runs_, &RunController::ended, this, &MainWindow::takeEnd);
    connect(&runs_, &RunController::ended, &history_, &RunHistory::refresh);

    connect(&feed_, &RunFeed::historyRequested, &history_, &RunHistory::load);
    connect(&feed_, &RunFeed::historyDropped, &history_, &RunHistory::drop);
    connect(&history_, &RunHistory::read, &feed_, &RunFeed::takeHistory);
    connect(&history_, &RunHistory::outdated, &feed_, &RunFeed::reload);
    connect(&history_, &RunHistory::unreadable, &feed_, &RunFeed::failHistory);
    connect(&history_, &RunHistory::unreadable, notices_,
            [this](const QString&, const Problem& problem) { notices_->showProblem(problem); });
    connect(&history_, &RunHistory::listed, this, &MainWindow::takeRuns);
    connect(&history_, &RunHistory::listed, runsPage_, &RunsPage::setRuns);
    connect(&history_, &RunHistory::listed, compare_, &ComparePage::setRuns);
    connect(&history_, &RunHistory::listed, alignment_, &AlignmentPage::setRuns);
}

void MainWindow::takeRuns(const std::vector<RunSummary>& runs) {
    QStringList names;
    for (const RunSummary& run : runs) {
        names << QString::fromStdString(run.name);
    }
    experiment_->setRunNames(names);
    if (!names.contains(selection_.run()) && selection_.run() != runs_.currentRun()) {
        selection_.setRun(names.value(0));
    }
}

void MainWindow::showLiveRun() {
    const RunStory* story = feed_.journal().story(runs_.currentRun().toStdString());
    if (!runs_.running() || runs_.stopping() || story == nullptr) {
        return;
    }
    strip_->showRun(runs_.currentRun(), *story);
}

void MainWindow::takeEnd(const RunEnded& end) {
    const QString run = runs_.currentRun().isEmpty() ? tr("new run") : runs_.currentRun();
    strip_->showIdle(tr("%1: %2").arg(run, statusText(end.status)));
    if (end.problem) {
        notices_->showProblem(*end.problem);
    } else {
        notices_->showNews(
            tr("%1 %2 after %3").arg(run, wordText(end.status), durationText(end.seconds)));
    }
    QApplication::alert(this);
    if (closing_) {
        close();
    }
}

Page MainWindow::page() const {
    return rail_->current();
}

void MainWindow::setPage(Page page) {
    rail_->setCurrent(page);
    pages_->setCurrentIndex(static_cast<int>(page));
}

void MainWindow::setTheme(ThemeChoice choice) {
    themes_->actions().at(static_cast<int>(choice))->setChecked(true);
    applyTheme(*static_cast<QApplication*>(QCoreApplication::instance()), choice);
}

void MainWindow::openThings(const QStringList& arguments) {
    const NamedThings named = findNamedThings(arguments, workspace_);
    if (!named.run.isEmpty()) {
        setPage(Page::Runs);
        selection_.setRun(named.run);
    }
    if (!named.dataset.isEmpty()) {
        setPage(Page::Data);
        data_->showDataset(named.dataset);
    }
    if (!named.source.isEmpty()) {
        setPage(Page::Data);
        data_->importFrom(named.source);
    }
    if (!named.experiment.isEmpty()) {
        setPage(Page::Experiment);
        experiment_->openFile(named.experiment);
    }
    for (const Problem& problem : named.problems) {
        notices_->showProblem(problem);
    }
}

void MainWindow::restore(bool withGeometry) {
    const Result<ViewState> state = readViewState(workspace_);
    if (!state) {
        notices_->showProblem(state.problem());
        return;
    }
    if (withGeometry) {
        restoreGeometry(state->geometry);
    }
    setTheme(themeOfKey(state->theme).value_or(ThemeChoice::System));
    if (!state->experiment.isEmpty()) {
        experiment_->setToml(state->experiment, tr("the last session's experiment"));
    }
    selection_.setRun(state->run);
    setPage(pageOfKey(state->page).value_or(Page::Data));
}

ViewState MainWindow::viewState() const {
    return ViewState{.page = pageKey(page()),
                     .theme = themeKey(themeChoice()),
                     .geometry = saveGeometry(),
                     .experiment = experiment_->toml(),
                     .run = selection_.run()};
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (runs_.running() && !closing_) {
        closing_ = true; // the window closes when the run has saved its weights
        runs_.stop();
        event->ignore();
        return;
    }
    if (const Result<void> kept = writeViewState(workspace_, viewState()); !kept && !closing_) {
        closing_ = true;
        notices_->showProblem(kept.problem());
        event->ignore();
        return;
    }
    event->accept();
}

} // namespace flip::ui
