#include "ui/pages/compare_page.h"

#include "ui/bridge/selection.h"
#include "ui/models/wording.h"
#include "ui/plots/curve_controls.h"
#include "ui/plots/curve_grid.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <set>

namespace flip::ui {

namespace {

constexpr int kRunsDrawn = 16; // more lines cannot be told apart
const char* const kHeaderState = "compare/columns";

using LossChoice = std::pair<std::string, std::string>; // word of the stage, term

} // namespace

ComparePage::ComparePage(RunFeed& feed, Selection& selection, QWidget* parent)
    : PageFrame(tr("Compare"),
                new EmptyState(tr("Nothing to compare yet"),
                               tr("Every run of this workspace is a row here, with its recipe and "
                                  "its AUC and LogLoss. Select several to overlay their curves."),
                               tr("Set up an experiment")),
                parent),
      feed_(feed), selection_(selection), model_(new RunTableModel(this)) {
    QWidget* table = makeTable(); // the Tab order is that of creation
    addSplitContent(Qt::Vertical, table, makeCurves(), {3, 2}, {600, 400});

    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        const QScopedValueRollback<bool> sorting(rearranging_, true);
        model_->setFilter(text);
        showCount();
    });
    connect(&empty(), &EmptyState::actionRequested, this, &ComparePage::experimentRequested);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                // When a filter hides the current row, its neighbour becomes current without the
                // user's choice.
                if (now.isValid() && !rearranging_) {
                    // The view updates the selection after this; selecting here would undo a
                    // toggle.
                    choosing_ = true;
                    selection_.setRun(model_->runAt(now.row()));
                    choosing_ = false;
                }
            });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &ComparePage::overlay);
    connect(&selection_, &Selection::runChanged, this, [this](const QString& run) {
        const int row = model_->rowOf(run);
        if (row >= 0 && !choosing_ && !table_->selectionModel()->isRowSelected(row)) {
            table_->setCurrentIndex(model_->index(row, RunTableModel::Name));
        }
    });
    connect(&feed_.curves(), &CurveModel::changed, this,
            [this](const std::vector<SeriesChange>& changes) {
                if (colours_.contains(QString::fromStdString(changes.front().key.run))) {
                    showLosses();
                }
            });
    connect(loss_, &QComboBox::activated, this, &ComparePage::showPlots);
    connect(controls_, &CurveControls::xChanged, grid_, &CurveGrid::setX);
    connect(controls_, &CurveControls::smoothingChanged, grid_, &CurveGrid::setSmoothing);
    connect(themeNotifier(), &ThemeNotifier::changed, this, [this] { colourRuns(comparedRuns()); });
    grid_->setX(controls_->x());
    grid_->setSmoothing(controls_->smoothing());
    overlay();
}

ComparePage::~ComparePage() {
    QSettings().setValue(kHeaderState, table_->horizontalHeader()->saveState());
}

QWidget* ComparePage::makeTable() {
    filter_ = new QLineEdit(this);
    filter_->setPlaceholderText(tr("Filter: words of the name, dataset, model, status, or a seed"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter of the runs"));
    count_ = captionLabel({}, this);
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setWordWrap(false);
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    table_->setAccessibleName(tr("All runs"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    QHeaderView* header = table_->horizontalHeader();
    header->setSectionsMovable(true);
    header->setStretchLastSection(true);
    header->setSortIndicator(RunTableModel::Created, Qt::DescendingOrder);
    const QFontMetrics strong(strongFont()); // the best of a column is bold
    // Fixed sample texts: measuring ten thousand rows would take seconds.
    static constexpr std::array<const char*, RunTableModel::ColumnCount> kSamples{
        "finetune-movielens-100k-12",
        "finished 100 %",
        "finetune",
        "movielens-100k",
        "dcn-mix",
        "all-MiniLM-L6-v2",
        "10000",
        "Valid AUC",
        "Test AUC",
        "Test LogLoss",
        "0.0000",
        "Text AUC",
        "12 m 34 s",
        "2026-01-01 00:00"};
    for (int i = 0; i < RunTableModel::ColumnCount; ++i) {
        const int content =
            strong.horizontalAdvance(QString::fromUtf8(kSamples[static_cast<std::size_t>(i)]));
        const int title = strong.horizontalAdvance(
            model_->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString());
        table_->setColumnWidth(i, std::max(content, title) + 38); // padding and the sort arrow
    }
    header->restoreState(QSettings().value(kHeaderState).toByteArray());
    table_->setSortingEnabled(true);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace2);
    row->addWidget(filter_, 1);
    row->addWidget(count_);
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, kSpace1);
    column->setSpacing(kSpace2);
    column->addLayout(row);
    column->addWidget(table_, 1);
    part->setMinimumHeight(150);
    return part;
}

QWidget* ComparePage::makeCurves() {
    loss_ = new QComboBox(this);
    loss_->setAccessibleName(tr("Loss"));
    loss_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    controls_ = new CurveControls(QStringLiteral("compare"), this);
    note_ = captionLabel({}, this);
    grid_ = new CurveGrid(feed_.curves(), this);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace3);
    row->addWidget(loss_);
    row->addWidget(controls_);
    row->addWidget(note_, 1);
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, kSpace1, 0, 0);
    column->setSpacing(kSpace2);
    column->addLayout(row);
    column->addWidget(grid_, 1);
    part->setMinimumHeight(230);
    return part;
}

void ComparePage::setRuns(const std::vector<RunSummary>& runs) {
    {
        const QScopedValueRollback<bool> sorting(rearranging_, true);
        model_->setRuns(runs);
    }
    showPlace(model_->total() == 0 ? 0 : 1);
    showCount();
    const int row = model_->rowOf(selection_.run());
    if (row >= 0 && !table_->selectionModel()->hasSelection()) {
        table_->setCurrentIndex(model_->index(row, RunTableModel::Name));
    }
}

void ComparePage::showCount() {
    count_->setText(
        tr("%1 of %2 runs").arg(countText(model_->rowCount()), countText(model_->total())));
}

QStringList ComparePage::comparedRuns() const {
    std::set<int> rows;
    for (const QItemSelectionRange& range : table_->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom() && rows.size() < kRunsDrawn; ++row) {
            rows.insert(row);
        }
    }
    QStringList runs;
    for (const int row : rows) {
        runs << model_->runAt(row);
    }
    return runs;
}

void ComparePage::colourRuns(const QStringList& runs) {
    std::erase_if(colours_, [&runs](const auto& entry) { return !runs.contains(entry.first); });
    std::set<int> taken;
    for (const auto& [run, colour] : colours_) {
        taken.insert(colour);
    }
    std::map<QString, QColor> marks;
    for (const QString& run : runs) {
        if (!colours_.contains(run)) {
            int colour = 0;
            while (taken.contains(colour)) {
                ++colour;
            }
            taken.insert(colour);
            colours_.emplace(run, colour);
        }
        marks.emplace(run, seriesColor(colours_.at(run)));
    }
    model_->setMarks(std::move(marks));
}

void ComparePage::overlay() {
    const QStringList runs = comparedRuns();
    colourRuns(runs);
    for (const QString& run : runs) {
        feed_.request(run);
    }
    int selected = 0;
    for (const QItemSelectionRange& range : table_->selectionModel()->selection()) {
        selected += range.height();
    }
    note_->setText(runs.isEmpty() ? tr("Select rows to overlay their curves")
                   : selected > kRunsDrawn
                       ? tr("%1 of %2 selected runs are drawn").arg(kRunsDrawn).arg(selected)
                       : QString());
    showLosses();
}

void ComparePage::showLosses() {
    std::set<LossChoice> losses;
    for (const auto& [run, colour] : colours_) {
        for (const SeriesKey& key : feed_.curves().series(run.toStdString())) {
            if (key.quantity == Quantity::Loss) {
                losses.emplace(wordOf(key.stage), key.term);
            }
        }
    }
    const QString before = loss_->currentData().toString();
    QStringList shown;
    for (int i = 0; i < loss_->count(); ++i) {
        shown << loss_->itemData(i).toString();
    }
    QStringList wanted;
    for (const auto& [stage, term] : losses) {
        wanted << QString::fromStdString(stage + '/' + term);
    }
    if (shown != wanted) {
        loss_->clear();
        for (const auto& [stage, term] : losses) {
            loss_->addItem(tr("%1 loss, %2")
                               .arg(lossName(term),
                                    QString::fromStdString(stageWord(*choiceOf<RunStage>(stage)))),
                           QString::fromStdString(stage + '/' + term));
        }
        for (const QString& choice :
             {before, QStringLiteral("finetune/joint"), QStringLiteral("finetune/total"),
              QStringLiteral("pretrain/total")}) {
            if (const int place = loss_->findData(choice); place >= 0) {
                loss_->setCurrentIndex(place);
                break;
            }
        }
    }
    loss_->setEnabled(loss_->count() > 1);
    loss_->setVisible(loss_->count() > 0);
    showPlots();
}

void ComparePage::showPlots() {
    const QStringList choice = loss_->currentData().toString().split(QLatin1Char('/'));
    const auto lossStage = choiceOf<RunStage>(choice.first().toStdString());
    PlotChoice auc{tr("validation AUC"),
                   {},
                   BestMark::Highest,
                   false,
                   tr("the selected runs have no validation AUC yet")};
    PlotChoice loss{loss_->currentText().isEmpty()
                        ? tr("loss (nats)")
                        : loss_->currentText().section(QLatin1Char(','), 0, 0) + tr(" (nats)"),
                    {},
                    BestMark::None,
                    true,
                    tr("the selected runs have no losses yet")};
    for (const QString& run : comparedRuns()) {
        const int colour = colours_.contains(run) ? colours_.at(run) : 0;
        auc.lines.push_back(
            {{run.toStdString(), RunStage::Finetune, Quantity::Auc, ""}, run, colour});
        if (lossStage) {
            loss.lines.push_back(
                {{run.toStdString(), *lossStage, Quantity::Loss, choice.last().toStdString()},
                 run,
                 colour});
        }
    }
    grid_->setPlots({auc, loss});
}

} // namespace flip::ui
