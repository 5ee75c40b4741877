#include "ui/pages/alignment_page.h"

#include "ui/bridge/selection.h"
#include "ui/models/wording.h"
#include "ui/plots/curve_plot.h"
#include "ui/plots/heat_map.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

namespace flip::ui {

namespace {
constexpr int kFrameMilliseconds = 700;
} // namespace

AlignmentPage::AlignmentPage(RunFeed& feed, Selection& selection, QWidget* parent)
    : PageFrame(tr("Alignment"), new EmptyState({}, {}), parent), feed_(feed),
      selection_(selection) {
    QWidget* map = makeMap(); // the Tab order is that of creation
    addSplitContent(Qt::Horizontal, map, makeScore(), {3, 2}, {600, 400});
    clock_.setInterval(kFrameMilliseconds);
    connect(&clock_, &QTimer::timeout, this, &AlignmentPage::takeStep);
    connect(play_, &QToolButton::toggled, this, &AlignmentPage::play);
    connect(epoch_, &QSlider::valueChanged, this, &AlignmentPage::showMap);
    connect(measure_, &QComboBox::currentIndexChanged, this, &AlignmentPage::showMap);
    connect(&selection_, &Selection::runChanged, this, &AlignmentPage::showRun);
    connect(&feed_, &RunFeed::loaded, this, [this](const QString& run) {
        if (run == selection_.run()) {
            showRun();
        }
    });
    connect(&feed_.alignment(), &AlignmentModel::changed, this, [this](const std::string& run) {
        if (run == selection_.run().toStdString()) {
            showRun();
        }
    });
    connect(&empty(), &EmptyState::actionRequested, this, [this] {
        const auto run = known_.find(selection_.run());
        if (run != known_.end() && !run->second.parent.isEmpty()) {
            selection_.setRun(run->second.parent);
        } else {
            Q_EMIT experimentRequested();
        }
    });
    showRun();
}

QWidget* AlignmentPage::makeMap() {
    measure_ = new QComboBox(this);
    measure_->addItem(tr("lift over an even spread"), static_cast<int>(AlignmentMeasure::Lift));
    measure_->addItem(tr("share among field words"), static_cast<int>(AlignmentMeasure::Share));
    measure_->setAccessibleName(tr("What the cells show"));
    map_ = new HeatMap(this);
    play_ = new QToolButton(this);
    play_->setCheckable(true);
    play_->setText(tr("Play"));
    play_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    play_->setIcon(icon(QStringLiteral("play")));
    play_->setAccessibleName(tr("Play the epochs"));
    epoch_ = new QSlider(Qt::Horizontal, this);
    epoch_->setPageStep(1);
    epoch_->setTickPosition(QSlider::TicksBelow);
    epoch_->setTickInterval(1);
    epoch_->setAccessibleName(tr("Epoch of the map"));
    epochText_ = new QLabel(this);
    auto* scrubber = new QHBoxLayout;
    scrubber->setSpacing(kSpace2);
    scrubber->addWidget(play_);
    scrubber->addWidget(epoch_, 1);
    scrubber->addWidget(epochText_);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace2);
    row->addWidget(captionLabel(tr("Cells show"), this));
    row->addWidget(measure_);
    row->addStretch(1);
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, kSpace1, 0);
    column->setSpacing(kSpace2);
    column->addLayout(row);
    column->addWidget(map_, 1);
    column->addLayout(scrubber);
    part->setMinimumWidth(330);
    return part;
}

QWidget* AlignmentPage::makeScore() {
    score_ = new CurvePlot(feed_.curves(), this);
    score_->setX(CurveX::Epoch);
    words_ = new QLabel(this);
    words_->setTextFormat(Qt::RichText);
    words_->setWordWrap(true);
    words_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    words_->setMargin(kSpace2);
    words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* area = new QScrollArea(this);
    area->setWidget(words_);
    area->setWidgetResizable(true);
    area->setMinimumHeight(120);
    auto* part = new QWidget(this);
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(kSpace1, 0, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(score_, 1);
    column->addWidget(strongLabel(tr("In words"), this));
    column->addWidget(area, 1);
    part->setMinimumWidth(230);
    return part;
}

void AlignmentPage::setRuns(const std::vector<RunSummary>& runs) {
    known_.clear();
    for (const RunSummary& run : runs) {
        known_.emplace(
            QString::fromStdString(run.name),
            Known{run.kind, run.status == RunStatus::Running, QString::fromStdString(run.parent)});
    }
    if (maps().empty()) {
        showEmpty();
    }
}

std::span<const AlignmentMeasured> AlignmentPage::maps() const {
    return feed_.alignment().maps(selection_.run().toStdString());
}

int AlignmentPage::shownEpoch() const {
    const auto all = maps();
    const auto index = static_cast<std::size_t>(epoch_->value());
    return index < all.size() ? static_cast<int>(all[index].epoch) : -1;
}

void AlignmentPage::showRun() {
    const QString run = selection_.run();
    feed_.request(run);
    title().setBreadcrumb(run.isEmpty() ? QStringList() : QStringList{run});
    const auto all = maps();
    showPlace(all.empty() ? 0 : 1);
    if (all.empty()) {
        shownRun_.clear();
        play_->setChecked(false);
        showEmpty();
        return;
    }
    const int last = static_cast<int>(all.size()) - 1;
    const bool atEnd = run != shownRun_ || epoch_->value() == epoch_->maximum();
    if (run != shownRun_) {
        shownRun_ = run;
        play_->setChecked(false);
    }
    {
        const QSignalBlocker quiet(epoch_);
        epoch_->setRange(0, last);
        if (atEnd && !clock_.isActive()) {
            epoch_->setValue(last); // follows a live run
        }
    }
    epoch_->setEnabled(last > 0);
    play_->setEnabled(last > 0);
    const std::string name = run.toStdString();
    for (const SeriesKey& key : feed_.curves().series(name)) {
        if (key.quantity == Quantity::Alignment) {
            score_->setChoice({tr("alignment score (share)"),
                               {{key, tr("share on the diagonal"), 6}},
                               BestMark::Highest,
                               false,
                               tr("measured at the end of each epoch")});
        }
    }
    showMap();
}

void AlignmentPage::showMap() {
    const auto all = maps();
    const auto index = static_cast<std::size_t>(epoch_->value());
    if (index >= all.size()) {
        return;
    }
    const AlignmentMeasured& map = all[index];
    const auto measure = static_cast<AlignmentMeasure>(measure_->currentData().toInt());
    const bool lift = measure == AlignmentMeasure::Lift;
    const auto range = feed_.alignment().range(selection_.run().toStdString(), measure);
    map_->setContent({.rows = map.masked,
                      .columns = map.words,
                      .values = valuesOf(map, measure),
                      .scale = lift ? HeatScale::Ratio : HeatScale::Sequential,
                      .low = lift ? range.low : 0,
                      .high = range.high,
                      .rowLabel = tr("masked table field"),
                      .columnLabel = tr("words of field"),
                      .unit = lift ? tr("lift") : tr("share")});
    epochText_->setText(tr("epoch %1 of %2").arg(map.epoch).arg(all.back().epoch));
    score_->setMark(static_cast<double>(map.epoch));
    words_->setText(alignmentWords(map, all.front()));
}

void AlignmentPage::showEmpty() {
    const QString run = selection_.run();
    const auto found = known_.find(run);
    const Known known = found == known_.end() ? Known{} : found->second;
    const bool running = run == feed_.liveRun() || known.running;
    if (run.isEmpty()) {
        empty().setTexts(tr("No run selected"),
                         tr("This page shows which words the ids attend to. Select a run on the "
                            "Runs or Compare page, or pretrain one."),
                         tr("Set up an experiment"));
    } else if (feed_.isLoading(run)) {
        empty().setTexts(tr("Reading the run"),
                         tr("The stored facts of %1 are being read.").arg(run));
    } else if (!known.parent.isEmpty()) {
        empty().setTexts(
            tr("No alignment map in %1").arg(run),
            tr("Maps are measured while pretraining. This run started from the weights "
               "of %1.")
                .arg(known.parent),
            tr("Show %1").arg(shortName(known.parent, 40)));
    } else if (running && known.kind != RunKind::Finetune) {
        empty().setTexts(
            tr("No map yet"),
            tr("%1 measures its alignment at the end of each pretraining epoch.").arg(run));
    } else {
        empty().setTexts(tr("No alignment map in %1").arg(run),
                         tr("Maps are measured at the end of each pretraining epoch; this run has "
                            "none. Select another run, or pretrain one."),
                         tr("Set up an experiment"));
    }
}

void AlignmentPage::play(bool playing) {
    play_->setText(playing ? tr("Stop") : tr("Play"));
    play_->setIcon(icon(playing ? QStringLiteral("stop") : QStringLiteral("play")));
    if (!playing) {
        clock_.stop();
        return;
    }
    if (epoch_->value() == epoch_->maximum()) {
        epoch_->setValue(0);
    }
    clock_.start();
}

void AlignmentPage::takeStep() {
    epoch_->setValue(epoch_->value() + 1);
    if (epoch_->value() == epoch_->maximum()) {
        play_->setChecked(false);
    }
}

} // namespace flip::ui
