#include "ui/pages/experiment_page.h"

#include "core/base/files.h"
#include "core/data/dataset.h"
#include "core/run/preflight.h"
#include "core/text/dataset_text.h"
#include "ui/models/wording.h"
#include "ui/widgets/mask_steps.h"
#include "ui/widgets/option_form.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/theme.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <set>

namespace flip::ui {

namespace {

constexpr int kTwoColumnsFrom = 980; // pixels
constexpr int kFormTab = 0;
constexpr int kTomlTab = 1;
constexpr qint64 kLargestFile = 1 << 20; // bytes

} // namespace

QString startWords(RunKind kind) {
    switch (kind) {
    case RunKind::Pretrain:
        return QObject::tr("Start pretraining");
    case RunKind::Finetune:
        return QObject::tr("Start finetuning");
    case RunKind::Flip:
        return QObject::tr("Start pretraining and finetuning");
    }
    return {};
}

ExperimentPage::ExperimentPage(Workspace workspace, QWidget* parent)
    : QWidget(parent), workspace_(std::move(workspace)),
      title_(new PageTitle(tr("Experiment"), this)), tabs_(new QTabWidget(this)),
      form_(new OptionForm(this)), toml_(new QPlainTextEdit(this)),
      allOptions_(new QCheckBox(tr("All options"), this)), tableMask_(new MaskSteps(this)),
      textMask_(new MaskSteps(this)), state_(new QLabel(this)), plan_(captionLabel({}, this)),
      start_(new QPushButton(startWords(RunKind::Flip), this)) {
    auto* open = new QPushButton(tr("Open…"), this);
    auto* save = new QPushButton(tr("Save as…"), this);
    title_->addAction(allOptions_);
    title_->addAction(open);
    title_->addAction(save);
    tabs_->addTab(buildForm(), tr("Form"));
    tabs_->addTab(buildToml(), tr("File (TOML)"));
    tabs_->setDocumentMode(true);
    tabs_->tabBar()->setDrawBase(false);

    state_->setWordWrap(true);
    plan_->setWordWrap(true);
    start_->setProperty("kind", "primary");
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(state_);
    words->addWidget(plan_);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(kSpace4, kSpace2, kSpace4, kSpace3);
    foot->setSpacing(kSpace4);
    foot->addLayout(words, 1);
    foot->addWidget(start_, 0, Qt::AlignVCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(tabs_, 1);
    column->addLayout(foot);

    connect(open, &QPushButton::clicked, this, [this] { chooseFile(false); });
    connect(save, &QPushButton::clicked, this, [this] { chooseFile(true); });
    connectAll();
    reloadNames();
    check();
}

QWidget* ExperimentPage::buildForm() {
    form_->setNote("pretrain.mask_ratio_table", tableMask_);
    form_->setNote("pretrain.mask_ratio_text", textMask_);
    auto* inside = new QWidget;
    inside->setObjectName(QStringLiteral("scrolled"));
    auto* insideColumn = new QVBoxLayout(inside);
    insideColumn->setContentsMargins(kSpace4, kSpace3, kSpace4, kSpace3);
    insideColumn->addWidget(form_);
    insideColumn->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inside);
    scroll->viewport()->setAutoFillBackground(false);
    inside->setAutoFillBackground(false);

    helpTitle_ = strongLabel({}, this);
    help_ = new QLabel(this);
    help_->setProperty("kind", "second");
    help_->setWordWrap(true);
    help_->setMinimumHeight(34);
    help_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    helpTitle_->setText(tr("Help"));
    help_->setText(tr("Point at an option, or move to it, to see what it does."));
    auto* helpRow = new QHBoxLayout;
    helpRow->setContentsMargins(kSpace4, kSpace2, kSpace4, 0);
    helpRow->setSpacing(kSpace3);
    helpRow->addWidget(helpTitle_, 0, Qt::AlignTop);
    helpRow->addWidget(help_, 1);
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    column->addLayout(helpRow);
    return page;
}

QWidget* ExperimentPage::buildToml() {
    toml_->setFont(codeFont());
    toml_->setLineWrapMode(QPlainTextEdit::NoWrap);
    toml_->setTabChangesFocus(true);
    toml_->setAccessibleName(tr("Experiment file"));
    tomlProblem_ = new QLabel(this);
    tomlProblem_->setProperty("kind", "problem");
    tomlProblem_->setWordWrap(true);
    everyDefault_ = new QCheckBox(tr("Include all defaults"), this);
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(kSpace4, kSpace3, kSpace4, kSpace2);
    column->setSpacing(kSpace2);
    column->addWidget(toml_, 1);
    auto* row = new QHBoxLayout;
    row->addWidget(tomlProblem_, 1);
    row->addWidget(everyDefault_);
    column->addLayout(row);
    return page;
}

void ExperimentPage::connectAll() {
    checkSoon_.setSingleShot(true);
    checkSoon_.setInterval(200);
    tomlSoon_.setSingleShot(true);
    tomlSoon_.setInterval(300);
    connect(&checkSoon_, &QTimer::timeout, this, &ExperimentPage::check);
    connect(&tomlSoon_, &QTimer::timeout, this, &ExperimentPage::takeToml);
    connect(toml_, &QPlainTextEdit::textChanged, &tomlSoon_, qOverload<>(&QTimer::start));
    connect(everyDefault_, &QCheckBox::toggled, this, [this] {
        if (!tomlBroken_) {
            writeToml();
        }
    });
    connect(allOptions_, &QCheckBox::toggled, form_, &OptionForm::setAdvancedShown);
    connect(start_, &QPushButton::clicked, this, &ExperimentPage::start);
    connect(form_, &OptionForm::edited, this, [this] {
        start_->setEnabled(false);
        checkSoon_.start();
        if (tabs_->currentIndex() == kFormTab) {
            writeToml();
        }
    });
    connect(form_, &OptionForm::helpRequested, this,
            [this](const QString& title, const QString& text) {
                helpTitle_->setText(title);
                help_->setText(text);
            });
    connect(tabs_, &QTabWidget::currentChanged, this, [this](int tab) {
        if (tomlSoon_.isActive()) {
            tomlSoon_.stop();
            takeToml();
        }
        if (tab == kTomlTab && !tomlBroken_) {
            writeToml();
        }
    });
}

void ExperimentPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    reloadNames(); // a model may have been added meanwhile
}

void ExperimentPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    form_->setTwoColumns(width() >= kTwoColumnsFrom);
}

QString ExperimentPage::toml() const {
    return QString::fromStdString(draftToToml(form_->draft()));
}

QString ExperimentPage::dataset() const {
    return spec_ ? QString::fromStdString(spec_->data.dataset) : QString();
}

bool ExperimentPage::setToml(const QString& toml, const QString& fileName) {
    const Result<RunDraft> draft = readExperiment(toml.toStdString(), fileName.toStdString());
    if (!draft) {
        Q_EMIT problemReported(draft.problem());
        return false;
    }
    form_->setDraft(*draft);
    writeToml();
    return true;
}

void ExperimentPage::openFile(const QString& file) {
    const Result<std::string> text =
        QFileInfo(file).size() > kLargestFile
            ? Problem{"is too large for an experiment; choose the file that holds the options",
                      file.toStdString()}
            : readFile(file.toStdString());
    if (!text) {
        Q_EMIT problemReported(text.problem());
    } else if (setToml(QString::fromStdString(*text), file)) {
        title_->setBreadcrumb({QFileInfo(file).fileName()});
    }
}

void ExperimentPage::setDataset(const QString& name) {
    form_->set("data.dataset", name.toStdString());
}

void ExperimentPage::setTemplate(const QString& text, int maxTokens) {
    RunDraft draft = form_->draft();
    draft.set("text.template", text.toStdString());
    draft.set("text.max_tokens", std::int64_t{maxTokens});
    form_->setDraft(draft);
}

void ExperimentPage::setRunNames(const QStringList& runs) {
    form_->setSuggestions("finetune.from", runs);
}

void ExperimentPage::reloadNames() {
    QStringList datasets;
    for (const std::string& name : workspace_.datasetNames()) {
        datasets << QString::fromStdString(name);
    }
    QStringList models;
    for (const std::string& name : workspace_.modelNames()) {
        models << QString::fromStdString(name);
    }
    form_->setSuggestions("data.dataset", datasets);
    form_->setSuggestions("plm.path", models);
    form_->setSuggestions("device",
                          {QStringLiteral("auto"), QStringLiteral("cpu"), QStringLiteral("cuda")});
    if (!form_->draft().entries.contains("data.dataset") && !datasets.isEmpty()) {
        setDataset(datasets.first());
    }
    checkSoon_.start();
}

void ExperimentPage::setRunning(bool running) {
    running_ = running;
    showPlan();
}

void ExperimentPage::check() {
    checkSoon_.stop();
    if (tomlBroken_) {
        return;
    }
    spec_.reset();
    ready_ = false;
    if (const auto typing = form_->typingProblem()) {
        showState(typing);
        return;
    }
    const Result<RunSpec> spec = resolve(form_->draft());
    if (!spec) {
        showState(spec.problem());
        return;
    }
    spec_ = *spec;
    Q_EMIT recipeChanged(*spec_);
    showMasks();
    preflight_.start(
        [spec = *spec, workspace = workspace_](std::stop_token) {
            Check check;
            if (const auto dataset = Dataset::open(workspace.dataset(spec.data.dataset))) {
                check.tableFields = static_cast<std::int64_t>(dataset->idFields().size());
                if (const auto parsed = parseTemplate(spec.text.templateText, *dataset)) {
                    std::set<int> named;
                    for (const TextTemplate::Part& part : parsed->parts()) {
                        named.insert(part.field);
                    }
                    named.erase(-1);
                    check.textFields = static_cast<std::int64_t>(named.size());
                }
                check.trainRows = dataset->splitRows(Split::Train);
            }
            if (const Result<void> result = preflight(spec, workspace); !result) {
                check.problem = result.problem();
            }
            return check;
        },
        [this](const Check& result) { takeCheck(result); });
}

void ExperimentPage::takeCheck(const Check& result) {
    last_ = result;
    ready_ = !result.problem && spec_.has_value();
    showMasks();
    showState(result.problem);
}

void ExperimentPage::showState(const std::optional<Problem>& problem) {
    form_->showProblem(problem);
    if (problem) {
        setKind(state_, "problem");
        state_->setText(
            (tomlBroken_ ? tr("Not ready, the file has an error: %1") : tr("Not ready: %1"))
                .arg(QString::fromStdString(problem->text())));
    } else {
        setKind(state_, "good");
        state_->setText(tr("✓ Ready"));
    }
    showPlan();
}

void ExperimentPage::showPlan() {
    start_->setEnabled(ready_ && !running_);
    if (!spec_) {
        plan_->clear();
        return;
    }
    start_->setText(startWords(spec_->kind));
    QStringList parts;
    const auto steps = [this](std::int64_t epochs, std::int64_t batchSize, std::int64_t maxSteps) {
        const std::int64_t batch = std::max<std::int64_t>(1, batchSize);
        const std::int64_t perEpoch = (last_.trainRows + batch - 1) / batch;
        const auto stepsText = [](std::int64_t count) {
            return count == 1 ? tr("1 step") : tr("%1 steps").arg(countText(count));
        };
        if (maxSteps > 0 && maxSteps < epochs * perEpoch) {
            return tr("%1, %2 per epoch").arg(stepsText(maxSteps), countText(perEpoch));
        }
        return epochs == 1 ? tr("1 epoch of %1").arg(stepsText(perEpoch))
                           : tr("%1 epochs of %2").arg(countText(epochs), stepsText(perEpoch));
    };
    const RunSpec::Pretrain& pretrain = spec_->pretrain;
    const RunSpec::Finetune& finetune = spec_->finetune;
    if (last_.trainRows > 0 && spec_->kind != RunKind::Finetune) {
        parts << tr("pretraining: %1")
                     .arg(steps(pretrain.epochs, pretrain.batchSize, pretrain.maxSteps));
    }
    if (last_.trainRows > 0 && trainsIdsFirst(*spec_)) {
        parts << tr("the ids alone: at most %1")
                     .arg(steps(finetune.idEpochs, finetune.idBatchSize, finetune.maxSteps));
    }
    if (last_.trainRows > 0 && spec_->kind != RunKind::Pretrain) {
        parts << tr("finetuning: at most %1")
                     .arg(steps(finetune.epochs, finetune.batchSize, finetune.maxSteps));
    }
    if (running_) {
        parts << tr("a run is in progress in this window; the next can start when it has ended");
    }
    QString text = parts.join(QStringLiteral("; "));
    if (!text.isEmpty()) {
        text[0] = text[0].toUpper();
    }
    plan_->setText(text);
}

void ExperimentPage::showMasks() {
    if (spec_) {
        const auto& pretrain = spec_->pretrain;
        tableMask_->setMask(last_.tableFields, pretrain.maskRatioTable, pretrain.maskRounding);
        textMask_->setMask(last_.textFields, pretrain.maskRatioText, pretrain.maskRounding);
    }
}

void ExperimentPage::writeToml() {
    const QSignalBlocker quiet(toml_);
    const Result<RunSpec> spec = resolve(form_->draft());
    const std::string text =
        everyDefault_->isChecked() && spec ? toToml(*spec) : draftToToml(form_->draft());
    toml_->setPlainText(QString::fromStdString(text));
    tomlProblem_->clear();
    tomlBroken_ = false;
}

void ExperimentPage::takeToml() {
    const Result<RunDraft> draft =
        readExperiment(toml_->toPlainText().toStdString(), tr("line").toStdString());
    if (!draft) {
        checkSoon_.stop();
        preflight_.cancel();
        spec_.reset();
        ready_ = false;
        tomlBroken_ = true;
        tomlProblem_->setText(QString::fromStdString(draft.problem().text()));
        showState(draft.problem());
        return;
    }
    tomlProblem_->clear();
    tomlBroken_ = false;
    form_->setDraft(*draft);
}

void ExperimentPage::chooseFile(bool save) {
    const QString filter = tr("Experiment (*.toml)");
    if (!save) {
        const QString file =
            QFileDialog::getOpenFileName(this, tr("Open an experiment"), {}, filter);
        if (!file.isEmpty()) {
            openFile(file);
        }
        return;
    }
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save the experiment"), QStringLiteral("experiment.flip.toml"), filter);
    if (file.isEmpty()) {
        return;
    }
    const Result<void> written = writeFileAtomically(file.toStdString(), toml().toStdString());
    if (!written) {
        Q_EMIT problemReported(written.problem());
        return;
    }
    title_->setBreadcrumb({QFileInfo(file).fileName()});
    Q_EMIT newsReported(tr("Saved %1").arg(file));
}

void ExperimentPage::start() {
    if (spec_ && ready_) {
        Q_EMIT startRequested(*spec_);
    }
}

} // namespace flip::ui
