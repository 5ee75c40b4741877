#include "ui/pages/runs_page.h"

#include "core/store/checkpoint_files.h"
#include "ui/bridge/selection.h"
#include "ui/models/wording.h"
#include "ui/pages/quality_panel.h"
#include "ui/plots/curve_controls.h"
#include "ui/plots/curve_grid.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/run_card.h"
#include "ui/widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace flip::ui {

namespace {
constexpr int kLogLines = 5000;
constexpr int kListWidth = 330;

/// What can be resumed of a run whose process is gone: it continues from its checkpoint, not from
/// its last step.
QString goneText(const RunStory* story, bool loading) {
    if (story == nullptr || loading) {
        return RunsPage::tr("its process is gone");
    }
    if (!story->checkpoint) {
        return RunsPage::tr(
            "its process is gone; it has no checkpoint and starts from the beginning");
    }
    return RunsPage::tr("its process is gone; resume from step %1 of %2")
        .arg(countText(story->checkpoint->step),
             QString::fromStdString(stageWord(story->checkpoint->stage)));
}

} // namespace

RunsPage::RunsPage(Workspace workspace, RunFeed& feed, Selection& selection, QWidget* parent)
    : PageFrame(
          tr("Runs"),
          new EmptyState(tr("No runs yet"),
                         tr("This page shows the losses, AUC, LogLoss and throughput of a run "
                            "while it trains and at any time afterwards."),
                         tr("Set up an experiment")),
          parent),
      feed_(feed), selection_(selection), model_(new RunTableModel(this)),
      quality_(new QualityPanel(std::move(workspace), this)),
      stop_(new QPushButton(tr("Stop and keep"), this)),
      resume_(new QPushButton(tr("Resume"), this)) {
    stop_->setToolTip(tr("Ends the run after the current step; a checkpoint is saved, from which "
                         "it can be resumed"));
    resume_->setToolTip(tr("Resumes from the last checkpoint, under the same name"));
    title().addAction(resume_);
    title().addAction(stop_);

    QWidget* list = makeList(); // the Tab order is that of creation
    addSplitContent(Qt::Horizontal, list, makeCurves(), {0, 1}, {kListWidth, 1000});

    connect(stop_, &QPushButton::clicked, this, &RunsPage::stopRequested);
    connect(resume_, &QPushButton::clicked, this,
            [this] { Q_EMIT resumeRequested(selection_.run()); });
    connect(&empty(), &EmptyState::actionRequested, this, &RunsPage::experimentRequested);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                if (now.isValid()) {
                    selection_.setRun(model_->runAt(now.row()));
                }
            });
    connect(&selection_, &Selection::runChanged, this, &RunsPage::showRun);
    connect(&feed_, &RunFeed::liveRunChanged, this, [this](const QString& live) {
        stopping_ = false;
        if (!live.isEmpty()) {
            selection_.setRun(live);
        }
        showState();
    });
    connect(&feed_, &RunFeed::loaded, this, [this] { showState(); });
    connect(&feed_.curves(), &CurveModel::changed, this,
            [this](const std::vector<SeriesChange>& changes) {
                if (changes.front().key.run == run()) {
                    showPlots();
                }
            });
    connect(&feed_.journal(), &RunJournal::changed, this, [this](const std::string& changed) {
        const RunStory* story = feed_.journal().story(changed);
        const QString name = QString::fromStdString(changed);
        model_->setProgress(name,
                            story == nullptr || story->end ? std::nullopt : story->progress());
        if (changed == run()) {
            showState();
            showLog();
        }
    });
    connect(stage_, &QComboBox::activated, this, [this] {
        stageChosen_ = true;
        showPlots();
    });
    connect(controls_, &CurveControls::xChanged, grid_, &CurveGrid::setX);
    connect(controls_, &CurveControls::smoothingChanged, grid_, &CurveGrid::setSmoothing);
    connect(logButton_, &QToolButton::toggled, this, [this](bool open) {
        log_->setVisible(open);
        logButton_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    });
    grid_->setX(controls_->x());
    grid_->setSmoothing(controls_->smoothing());
    showRun(selection_.run());
}

QWidget* RunsPage::makeList() {
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setAccessibleName(tr("Runs, newest first"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    for (int column = 0; column < RunTableModel::ColumnCount; ++column) {
        table_->setColumnHidden(column,
                                column != RunTableModel::Name && column != RunTableModel::Status);
    }
    table_->horizontalHeader()->setSectionResizeMode(RunTableModel::Name, QHeaderView::Stretch);
    table_->setColumnWidth(
        RunTableModel::Status,
        QFontMetrics(textFont())
                .horizontalAdvance(statusText(RunStatus::Running) + QStringLiteral(" 100 %")) +
            kSpace6);

    card_ = new RunCard(this);
    auto* cardArea = new QScrollArea(this);
    auto* detail = new QWidget(this);
    auto* parts = new QVBoxLayout(detail);
    parts->setContentsMargins(0, 0, 0, 0);
    parts->setSpacing(kSpace2);
    parts->addWidget(card_);
    parts->addWidget(quality_, 1);
    cardArea->setWidget(detail);
    cardArea->setWidgetResizable(true);
    cardArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    cardArea->setMinimumHeight(110);

    auto* left = new QSplitter(Qt::Vertical, this);
    left->addWidget(table_);
    left->addWidget(cardArea);
    left->setStretchFactor(0, 1);
    left->setStretchFactor(1, 2);
    left->setSizes({140, 460});
    left->setChildrenCollapsible(false);
    left->setMinimumWidth(320);
    return left;
}

QWidget* RunsPage::makeCurves() {
    state_ = new ElidedLabel({}, this);
    state_->setMode(Qt::ElideRight);
    progress_ = new QProgressBar(this);
    progress_->setRange(0, 1000);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(6);
    progress_->setAccessibleName(tr("Progress of the stage"));
    stage_ = new QComboBox(this);
    stage_->setAccessibleName(tr("Stage"));
    controls_ = new CurveControls(QStringLiteral("runs"), this);
    grid_ = new CurveGrid(feed_.curves(), this);
    logButton_ = new QToolButton(this);
    logButton_->setCheckable(true);
    logButton_->setAutoRaise(true);
    logButton_->setArrowType(Qt::RightArrow);
    logButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    logButton_->setText(tr("Log"));
    log_ = new QPlainTextEdit(this);
    log_->setReadOnly(true);
    log_->setMaximumBlockCount(kLogLines);
    log_->setLineWrapMode(QPlainTextEdit::NoWrap);
    log_->setFont(codeFont());
    log_->setFixedHeight(150);
    log_->setAccessibleName(tr("Log of the run"));
    log_->hide();

    auto* controls = new QHBoxLayout;
    controls->setSpacing(kSpace3);
    controls->addWidget(controls_);
    controls->addStretch(1);
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(kSpace2, 0, 0, 0);
    column->setSpacing(kSpace2);
    auto* head = new QHBoxLayout;
    head->setSpacing(kSpace3);
    head->addWidget(state_, 1);
    head->addWidget(stage_);
    column->addLayout(head);
    column->addWidget(progress_);
    column->addLayout(controls);
    column->addWidget(grid_, 1);
    column->addWidget(logButton_, 0, Qt::AlignLeft);
    column->addWidget(log_);
    return right;
}

std::string RunsPage::run() const {
    return selection_.run().toStdString();
}

RunStage RunsPage::stage() const {
    return static_cast<RunStage>(stage_->currentData().toInt());
}

void RunsPage::setRuns(const std::vector<RunSummary>& runs) {
    model_->setRuns(runs);
    if (selection_.run().isEmpty() && !runs.empty()) {
        selection_.setRun(QString::fromStdString(runs.front().name));
    } else {
        showRun(selection_.run());
    }
}

void RunsPage::setBusy(bool running) {
    busy_ = running;
    stopping_ = stopping_ && running;
    showState();
}

void RunsPage::showStopping() {
    stopping_ = true;
    showState();
}

void RunsPage::showRun(const QString& name) {
    showPlace(model_->total() == 0 && name.isEmpty() ? 0 : 1);
    const int row = model_->rowOf(name);
    if (row >= 0 && table_->currentIndex().row() != row) {
        table_->setCurrentIndex(model_->index(row, RunTableModel::Name));
    } else if (row < 0) {
        table_->clearSelection();
    }
    if (name != shownRun_) {
        shownRun_ = name;
        stageChosen_ = false;
        stage_->clear();
        log_->clear();
        linesShown_ = 0;
        plots_.clear();
    }
    feed_.request(name);
    showPlots();
    showState();
    showLog();
}

void RunsPage::showPlots() {
    std::vector<RunStage> stages = feed_.curves().stages(run());
    if (stages.empty()) {
        const RunSummary* summary = model_->find(selection_.run());
        stages = {summary != nullptr && summary->kind == RunKind::Finetune ? RunStage::Finetune
                                                                           : RunStage::Pretrain};
    }
    const RunStage chosen = stage();
    std::vector<RunStage> shown;
    for (int i = 0; i < stage_->count(); ++i) {
        shown.push_back(static_cast<RunStage>(stage_->itemData(i).toInt()));
    }
    if (shown != stages) {
        stage_->clear();
        for (const RunStage one : stages) {
            stage_->addItem(QString::fromStdString(stageWord(one)), static_cast<int>(one));
        }
        const int kept = stageChosen_ ? stage_->findData(static_cast<int>(chosen)) : -1;
        stage_->setCurrentIndex(kept >= 0 ? kept : stage_->count() - 1);
    }
    stage_->setVisible(stage_->count() > 1);
    auto plots = plotsOf(feed_.curves(), run(), stage());
    if (plots != plots_) {
        plots_ = std::move(plots);
        grid_->setPlots(plots_);
    }
}

void RunsPage::showState() {
    const QString name = selection_.run();
    const RunStory* story = feed_.journal().story(run());
    const RunSummary* summary = model_->find(name);
    const bool live = !name.isEmpty() && name == feed_.liveRun();
    const std::optional<RunStatus> status = statusOf(summary, story, live);
    QStringList words{status ? statusText(*status) : QString()};
    if (status == RunStatus::Running) {
        if (story != nullptr && !story->stages.empty()) {
            const StageStarted& stage = story->stages.back();
            words << tr("%1, epoch %2 of %3, step %4 of %5")
                         .arg(QString::fromStdString(stageWord(stage.stage)))
                         .arg(story->epoch)
                         .arg(stage.epochs)
                         .arg(countText(story->step), countText(stage.totalSteps));
            if (const auto left = story->secondsLeft()) {
                words << tr("%1 left").arg(durationText(*left));
            }
        }
        if (!live) {
            words << tr("in another process");
        }
        if (live && stopping_) {
            words << tr("stopping after this step");
        }
    } else if (summary != nullptr && status == RunStatus::Crashed) {
        words << goneText(story, feed_.isLoading(name));
    }
    if (feed_.isLoading(name)) {
        words << tr("reading the stored facts");
    }
    state_->setText(words.join(QStringLiteral("  ·  ")));
    const auto part = story == nullptr ? std::nullopt : story->progress();
    progress_->setVisible(status == RunStatus::Running);
    progress_->setValue(static_cast<int>(1000 * part.value_or(0)));
    stop_->setVisible(live);
    stop_->setEnabled(!stopping_);
    stop_->setText(stopping_ ? tr("Stopping") : tr("Stop and keep"));
    const bool resumable = status && canResume(*status);
    resume_->setVisible(resumable);
    resume_->setEnabled(resumable && !busy_);
    QStringList path;
    if (summary != nullptr) {
        path << QString::fromStdString(summary->dataset);
        if (!summary->parent.empty()) {
            path << QString::fromStdString(summary->parent);
        }
        path << name;
    }
    title().setBreadcrumb(path);
    card_->setRun(summary, story);
    quality_->setRun(summary);
}

void RunsPage::showLog() {
    const RunStory* story = feed_.journal().story(run());
    if (story == nullptr || story->log.size() < linesShown_) {
        log_->clear();
        linesShown_ = 0;
    }
    const std::size_t lines = story == nullptr ? 0 : story->log.size();
    for (; linesShown_ < lines; ++linesShown_) {
        const RunStory::Line& line = story->log[linesShown_];
        log_->appendPlainText(QStringLiteral("%1  %2%3")
                                  .arg(durationText(line.wallSeconds), 10)
                                  .arg(line.level == "warning" ? tr("warning: ") : QString(),
                                       QString::fromStdString(line.text)));
    }
    logButton_->setText(tr("Log (%1)").arg(countText(static_cast<std::int64_t>(lines))));
}

} // namespace flip::ui
