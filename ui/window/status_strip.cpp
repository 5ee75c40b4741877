#include "ui/window/status_strip.h"

#include "ui/models/run_journal.h"
#include "ui/models/wording.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QThread>

#include <algorithm>

namespace flip::ui {

StatusStrip::StatusStrip(QWidget* parent)
    : QWidget(parent), threads_(QThread::idealThreadCount()), place_(new ElidedLabel({}, this)),
      words_(new ElidedLabel({}, this)), bar_(new QProgressBar(this)), timeLeft_(new QLabel(this)),
      stop_(new QPushButton(tr("Stop and keep"), this)) {
    setObjectName(QStringLiteral("statusStrip"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(40);
    place_->setProperty("kind", "caption");
    timeLeft_->setProperty("kind", "caption");
    words_->setMode(Qt::ElideRight);
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    bar_->setFixedWidth(120);
    bar_->setAccessibleName(tr("Progress of the run"));
    stop_->setIcon(icon(QStringLiteral("stop")));
    stop_->setToolTip(tr("Ends the run before its next step and saves a checkpoint; it can be "
                         "resumed."));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace4, kSpace1, kSpace4, kSpace1);
    row->setSpacing(kSpace3);
    row->addWidget(place_, 3);
    row->addStretch(1);
    row->addWidget(words_, 3);
    row->addWidget(bar_);
    row->addWidget(timeLeft_);
    row->addWidget(stop_);
    words_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    connect(stop_, &QPushButton::clicked, this, &StatusStrip::stopRequested);
    showIdle(tr("No run"));
}

void StatusStrip::setPlace(const QString& workspaceFolder) {
    folder_ = workspaceFolder;
    const QString home = QDir::homePath();
    if (folder_ == home || folder_.startsWith(home + QLatin1Char('/'))) {
        folder_.replace(0, home.size(), QStringLiteral("~"));
    }
    updatePlace();
}

void StatusStrip::setDevice(const QString& device, const QString& why) {
    device_ = device;
    why_ = why;
    updatePlace();
}

void StatusStrip::setThreads(int threads) {
    threads_ = threads;
    updatePlace();
}

void StatusStrip::updatePlace() {
    QStringList parts{folder_};
    if (!device_.isEmpty()) {
        parts << device_;
    }
    parts << (threads_ == 1 ? tr("1 thread") : tr("%1 threads").arg(threads_));
    place_->setText(parts.join(QStringLiteral(" · ")));
    place_->setNote(why_);
}

void StatusStrip::showRun(const QString& run, const RunStory& story) {
    if (story.started) {
        setDevice(QString::fromStdString(deviceText(*story.started)), {});
        setThreads(static_cast<int>(story.started->identity.threads));
    }
    if (story.stages.empty()) {
        showProgress(tr("%1: preparing").arg(run), {}, {});
        return;
    }
    const StageStarted& stage = story.stages.back();
    showProgress(tr("%1: %2 %3/%4")
                     .arg(run, QString::fromStdString(stageWord(stage.stage)))
                     .arg(std::max<std::int64_t>(1, story.epoch))
                     .arg(stage.epochs),
                 story.progress(), story.secondsLeft());
}

void StatusStrip::showProgress(const QString& words, std::optional<double> share,
                               std::optional<double> secondsLeft) {
    words_->setText(words);
    bar_->setVisible(true);
    if (share) {
        bar_->setRange(0, 1000);
        bar_->setValue(static_cast<int>(*share * 1000));
    } else {
        bar_->setRange(0, 0);
    }
    timeLeft_->setVisible(secondsLeft.has_value());
    if (secondsLeft) {
        timeLeft_->setText(tr("%1 left").arg(durationText(*secondsLeft)));
    }
    stop_->setVisible(true);
    stop_->setEnabled(true);
}

void StatusStrip::showStopping() {
    words_->setText(tr("Stopping and saving a checkpoint"));
    timeLeft_->hide();
    stop_->setEnabled(false);
}

void StatusStrip::showIdle(const QString& words) {
    words_->setText(words);
    bar_->hide();
    timeLeft_->hide();
    stop_->hide();
}

} // namespace flip::ui
