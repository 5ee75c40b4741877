#include "ui/pages/quality_panel.h"

#include "ui/models/run_journal.h"
#include "ui/models/wording.h"
#include "ui/plots/reliability_plot.h"
#include "ui/widgets/theme.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace flip::ui {

namespace {

constexpr int kPlotHeight = 240;
constexpr const char* kFieldKey = "runs/quality_field";

QString cell(const QString& text) {
    return QStringLiteral("<td align='right'>%1</td>").arg(text.toHtmlEscaped());
}

QString shortScore(std::optional<double> value) {
    return value ? scoreText(value) : QStringLiteral("–");
}

} // namespace

QualityPanel::QualityPanel(Workspace workspace, QWidget* parent)
    : QWidget(parent), reader_(std::move(workspace)),
      field_(QSettings().value(kFieldKey).toString().toStdString()), figures_(new QWidget(this)),
      split_(new QComboBox(this)), by_(new QComboBox(this)), table_(new QLabel(this)),
      note_(captionLabel({}, this)), message_(captionLabel({}, this)),
      plot_(new ReliabilityPlot(this)) {
    split_->setAccessibleName(tr("Split that is measured"));
    by_->setAccessibleName(tr("Field that groups the AUC"));
    by_->setToolTip(tr("GAUC: the AUC within the rows of each value of this field, weighted by "
                       "rows; values with one class only are left out"));
    by_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    by_->setMinimumContentsLength(5);
    table_->setTextFormat(Qt::RichText);
    table_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    table_->setAccessibleName(tr("Quality of the predictions"));
    table_->setToolTip(tr("GAUC: AUC within groups. NE: log loss over the entropy of the base "
                          "rate; below 1 is better than predicting it. ECE: expected calibration "
                          "error, 15 bins of equal width. pred/obs: mean prediction over share "
                          "of positives."));
    note_->setWordWrap(true);
    message_->setWordWrap(true);
    auto* card = new QFrame(this);
    card->setObjectName(QStringLiteral("card"));
    card->setFixedHeight(kPlotHeight);
    auto* framed = new QVBoxLayout(card);
    framed->setContentsMargins(kSpace2, kSpace2, kSpace2, kSpace1);
    framed->addWidget(plot_);

    auto* choices = new QHBoxLayout;
    choices->setSpacing(kSpace2);
    choices->addWidget(split_);
    choices->addStretch(1);
    choices->addWidget(captionLabel(tr("GAUC by"), this));
    choices->addWidget(by_, 2);
    auto* inner = new QVBoxLayout(figures_);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(kSpace2);
    inner->addLayout(choices);
    inner->addWidget(table_);
    inner->addWidget(note_);
    inner->addWidget(card);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace2, kSpace1, kSpace2, kSpace2);
    column->setSpacing(kSpace2);
    column->addWidget(strongLabel(tr("Quality of the predictions"), this));
    column->addWidget(message_);
    column->addWidget(figures_);
    column->addStretch(1);

    connect(&reader_, &QualityReader::measured, this, &QualityPanel::take);
    connect(split_, &QComboBox::activated, this, &QualityPanel::showQuality);
    connect(by_, &QComboBox::activated, this, [this] {
        field_ = by_->currentData().toString().toStdString();
        QSettings().setValue(kFieldKey, QString::fromStdString(field_));
        measure();
    });
    setRun(nullptr);
}

void QualityPanel::setRun(const RunSummary* run) {
    const std::string wanted =
        run == nullptr ? ""
                       : run->name + '/' + std::string(wordOf(run->status)) + '/' + run->created;
    setVisible(run != nullptr);
    if (wanted == shown_) {
        return;
    }
    shown_ = wanted;
    read_ = {};
    reader_.cancel();
    if (run == nullptr) {
        return;
    }
    run_ = *run;
    if (run_.kind == RunKind::Pretrain) {
        showMessage(tr("Pretraining predicts no clicks. Finetune from this run to see how good its "
                       "predictions are."));
    } else if (run_.status == RunStatus::Running) {
        showMessage(tr("Measured when the run has ended."));
    } else if (run_.status == RunStatus::Diverged) {
        showMessage(tr("No predictions are stored, because the run diverged. Start it again with "
                       "a lower learning rate."));
    } else if (run_.status != RunStatus::Finished) {
        showMessage(
            tr("No predictions are stored. Resume the run: it writes them when it finishes."));
    } else {
        showMessage(tr("Measuring the stored predictions"));
        measure();
    }
}

void QualityPanel::measure() {
    reader_.measure(run_, field_);
}

void QualityPanel::take(const ReadQuality& read) {
    read_ = read;
    const bool isEmpty = !read_.quality || read_.quality->splits.empty();
    if (isEmpty) {
        showMessage(read_.problem ? QString::fromStdString(read_.problem->text())
                                  : tr("The validation and test splits have no rows."));
        return;
    }
    const QString split = split_->currentData().toString();
    split_->clear();
    for (const SplitQuality& one : read_.quality->splits) {
        const QString word = QString::fromUtf8(splitName(one.split).data());
        split_->addItem(word, word);
    }
    const int kept = split_->findData(split);
    split_->setCurrentIndex(kept >= 0 ? kept : split_->count() - 1);
    by_->clear();
    for (const std::string& field : read_.fields) {
        by_->addItem(QString::fromStdString(field), QString::fromStdString(field));
    }
    by_->setPlaceholderText(tr("a field"));
    by_->setEnabled(!read_.fields.empty());
    by_->setCurrentIndex(by_->findData(QString::fromStdString(read_.field)));
    showMessage({});
    showQuality();
}

void QualityPanel::showQuality() {
    const SplitQuality& split =
        read_.quality->splits[static_cast<std::size_t>(std::max(0, split_->currentIndex()))];
    const bool joint = split.branches.size() > 1;
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='3' width='100%'><tr "
                                  "style='white-space:nowrap'>");
    html += joint ? QStringLiteral("<th align='left'>branch</th>") : QString();
    for (const char* word : {"GAUC", "NE", "ECE", "pred/obs"}) {
        html += QStringLiteral("<th align='right'>%1</th>").arg(QLatin1String(word));
    }
    html += QStringLiteral("</tr>");
    std::vector<ReliabilityPlot::Line> lines;
    for (const auto& [branch, quality] : split.branches) {
        const QString word = QString::fromStdString(branchWord(branch, joint));
        const auto grouped = quality.grouped.find(read_.field);
        html += QStringLiteral("<tr style='white-space:nowrap'>");
        html += joint ? QStringLiteral("<td>%1</td>").arg(word.toHtmlEscaped()) : QString();
        html += cell(shortScore(grouped == quality.grouped.end() ? std::nullopt
                                                                 : grouped->second.auc)) +
                cell(shortScore(quality.normalisedEntropy)) +
                cell(shortScore(quality.equalWidth.error)) +
                cell(shortScore(quality.predictedOverObserved)) + QStringLiteral("</tr>");
        lines.push_back({word, quality.equalWidth});
    }
    table_->setText(html + QStringLiteral("</table>"));
    QString note;
    const auto& own = split.branches.at("");
    if (const auto grouped = own.grouped.find(read_.field); grouped != own.grouped.end()) {
        note = tr("GAUC over %1 of %2 values of %3; the others have one class only.")
                   .arg(countText(grouped->second.groupsUsed), countText(grouped->second.groups),
                        QString::fromStdString(read_.field));
    } else if (read_.fieldsProblem) {
        note = QString::fromStdString(read_.fieldsProblem->text());
    } else {
        note = tr("Choose a field to see the AUC within its values.");
    }
    note_->setText(note);
    plot_->setLines(std::move(lines));
}

void QualityPanel::showMessage(const QString& text) {
    message_->setText(text);
    message_->setVisible(!text.isEmpty());
    figures_->setVisible(text.isEmpty());
}

} // namespace flip::ui
