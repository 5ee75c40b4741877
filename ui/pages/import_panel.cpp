#include "ui/pages/import_panel.h"

#include "core/base/files.h"
#include "core/base/name.h"
#include "core/data/import/preset_guess.h"
#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace flip::ui {

namespace {

constexpr qint64 kPreviewBytes = 1500;     // of each file
constexpr qint64 kLargestSchema = 1 << 20; // bytes
constexpr int kPreviewFiles = 8;
const QString kOwnSchema = QStringLiteral("csv");
constexpr int kDefaultSplit = -1; // in place of a SplitPlan::Rule

QPlainTextEdit* codeView(const QString& name, QWidget* parent) {
    auto* view = new QPlainTextEdit(parent);
    view->setReadOnly(true);
    view->setFont(codeFont());
    view->setLineWrapMode(QPlainTextEdit::NoWrap);
    view->setAccessibleName(name);
    return view;
}

QString firstLinesOf(const QString& source, const std::stop_token& stop) {
    const QFileInfo place(source);
    QFileInfoList files;
    if (place.isDir()) {
        files = QDir(source).entryInfoList(QDir::Files, QDir::Name);
    } else if (place.exists()) {
        files << place;
    }
    if (files.isEmpty()) {
        return QObject::tr("There are no files here.");
    }
    QString text;
    for (int i = 0; i < files.size() && i < kPreviewFiles && !stop.stop_requested(); ++i) {
        QFile file(files[i].filePath());
        text += QStringLiteral("— %1, %2\n").arg(files[i].fileName(), bytesText(files[i].size()));
        if (!file.open(QIODevice::ReadOnly)) {
            text += file.errorString() + QLatin1Char('\n');
            continue;
        }
        const QByteArray bytes = file.read(kPreviewBytes);
        if (bytes.contains('\0') || bytes.startsWith("PK") || bytes.startsWith("\x1f\x8b")) {
            text += QObject::tr("(not plain text)\n\n");
            continue;
        }
        const QStringList lines = QString::fromUtf8(bytes).split(QLatin1Char('\n'));
        text += lines.mid(0, 4).join(QLatin1Char('\n')) + QStringLiteral("\n\n");
    }
    if (files.size() > kPreviewFiles) {
        text += QObject::tr("and %1 more files").arg(files.size() - kPreviewFiles);
    }
    return text;
}

QWidget* rowOf(std::initializer_list<QWidget*> widgets, QWidget* parent) {
    auto* row = new QWidget(parent);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace2);
    for (QWidget* widget : widgets) {
        layout->addWidget(widget, qobject_cast<QLineEdit*>(widget) != nullptr ? 1 : 0);
    }
    return row;
}

QSpinBox* spin(int minimum, int maximum, int value, const QString& name, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(minimum, maximum);
    box->setValue(value);
    box->setAccessibleName(name);
    return box;
}

} // namespace

ImportPanel::ImportPanel(Workspace workspace, QWidget* parent)
    : QWidget(parent), workspace_(std::move(workspace)), source_(new QLineEdit(this)),
      preset_(new QComboBox(this)), schema_(new QLineEdit(this)), name_(new QLineEdit(this)),
      rule_(new QComboBox(this)), train_(spin(1, 98, 80, tr("Share of training rows"), this)),
      valid_(spin(1, 98, 10, tr("Share of validation rows"), this)),
      seed_(spin(0, 1'000'000, 1, tr("Seed of the split"), this)), splitFile_(new QLineEdit(this)),
      minCount_(spin(1, 1'000'000, 1, tr("Minimum count of a value"), this)),
      labelRule_(new QLineEdit(this)), replace_(new QCheckBox(this)), strict_(new QCheckBox(this)),
      schemaText_(codeView(tr("Schema"), this)), filesText_(codeView(tr("First lines"), this)),
      state_(new QLabel(this)), bar_(new QProgressBar(this)),
      start_(new QPushButton(tr("Import"), this)), cancel_(new QPushButton(tr("Back"), this)) {
    auto* formSide = new QWidget;
    formSide->setObjectName(QStringLiteral("scrolled"));
    form_ = new QFormLayout(formSide);
    form_->setContentsMargins(0, 0, kSpace4, 0);
    form_->setSpacing(kSpace2);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->setRowWrapPolicy(QFormLayout::DontWrapRows);
    buildForm(form_);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(formSide->minimumSizeHint().width() + kSpace3);
    scroll->setWidget(formSide);
    scroll->viewport()->setAutoFillBackground(false);
    formSide->setAutoFillBackground(false);

    auto* tabs = new QTabWidget(this);
    tabs->addTab(schemaText_, tr("Schema"));
    tabs->addTab(filesText_, tr("First lines"));
    auto* sides = new QSplitter(Qt::Horizontal, this);
    sides->addWidget(scroll);
    sides->addWidget(tabs);
    sides->setStretchFactor(0, 3);
    sides->setStretchFactor(1, 2);
    sides->setChildrenCollapsible(false);
    sides->setSizes({600, 400});
    tabs->setMinimumWidth(220);

    state_->setWordWrap(true);
    state_->setTextFormat(Qt::PlainText); // it may quote a file
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the import"));
    bar_->hide();
    start_->setProperty("kind", "primary");
    auto* foot = new QHBoxLayout;
    foot->setSpacing(kSpace2);
    foot->addWidget(state_, 1);
    foot->addWidget(bar_, 1);
    foot->addWidget(cancel_);
    foot->addWidget(start_);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, 0, kSpace4, kSpace4);
    column->setSpacing(kSpace4);
    column->addWidget(sides, 1);
    column->addLayout(foot);

    connect(source_, &QLineEdit::editingFinished, this, &ImportPanel::guessFromSource);
    connect(source_, &QLineEdit::textChanged, this, &ImportPanel::showFiles);
    connect(preset_, &QComboBox::currentIndexChanged, this, &ImportPanel::showSchema);
    connect(schema_, &QLineEdit::textChanged, this, &ImportPanel::showSchema);
    connect(rule_, &QComboBox::currentIndexChanged, this, &ImportPanel::showSplitRule);
    connect(start_, &QPushButton::clicked, this, &ImportPanel::startImport);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (importing()) {
            cancelImport();
        } else {
            Q_EMIT closed();
        }
    });
    showSchema();
    showSplitRule();
}

void ImportPanel::buildForm(QFormLayout* form) {
    auto* folder = new QPushButton(tr("Folder…"), this);
    auto* file = new QPushButton(tr("File…"), this);
    source_->setPlaceholderText(tr("The folder of the raw files, or one file"));
    connect(folder, &QPushButton::clicked, this, [this] { chooseSource(true); });
    connect(file, &QPushButton::clicked, this, [this] { chooseSource(false); });
    form->addRow(tr("Source"), rowOf({source_, folder, file}, this));

    for (const std::string& name : presetNames()) {
        if (name != kOwnSchema.toStdString()) {
            preset_->addItem(QString::fromStdString(name), QString::fromStdString(name));
        }
    }
    preset_->addItem(tr("My own schema file"), kOwnSchema);
    form->addRow(tr("Layout of the files"), preset_);
    auto* schemaFile = new QPushButton(tr("File…"), this);
    schema_->setPlaceholderText(tr("A .toml file: tables, joins, label, fields"));
    connect(schemaFile, &QPushButton::clicked, this,
            [this] { chooseInto(schema_, tr("Choose a schema file"), tr("Schema (*.toml)")); });
    schemaRow_ = rowOf({schema_, schemaFile}, this);
    form->addRow(tr("Schema file"), schemaRow_);
    name_->setPlaceholderText(tr("Letters, digits, . _ -"));
    form->addRow(tr("Name of the dataset"), name_);

    rule_->addItem(tr("By file name if possible, else at random"), kDefaultSplit);
    rule_->addItem(tr("At random"), int(SplitPlan::Rule::Random));
    rule_->addItem(tr("By time, newest rows for test"), int(SplitPlan::Rule::Time));
    rule_->addItem(tr("As given by a split file"), int(SplitPlan::Rule::File));
    rule_->addItem(tr("By file name: train, valid, test"), int(SplitPlan::Rule::Parts));
    rule_->setAccessibleName(tr("Split"));
    form->addRow(tr("Split"), rule_);
    train_->setSuffix(QStringLiteral(" %"));
    valid_->setSuffix(QStringLiteral(" %"));
    auto* rest = captionLabel({}, this);
    const auto showRest = [this, rest] {
        rest->setText(tr("test %1 %").arg(std::max(0, 100 - train_->value() - valid_->value())));
    };
    connect(train_, &QSpinBox::valueChanged, this, showRest);
    connect(valid_, &QSpinBox::valueChanged, this, showRest);
    showRest();
    sharesRow_ = rowOf(
        {captionLabel(tr("train"), this), train_, captionLabel(tr("valid"), this), valid_, rest},
        this);
    sharesRow_->layout()->setAlignment(Qt::AlignLeft);
    form->addRow(tr("Shares"), sharesRow_);
    form->addRow(tr("Seed of the split"), seed_);
    auto* splitChoose = new QPushButton(tr("File…"), this);
    splitFile_->setPlaceholderText(tr("A .tsv file: row_index, then train, valid or test"));
    connect(splitChoose, &QPushButton::clicked, this, [this] {
        chooseInto(splitFile_, tr("Choose a split file"), tr("Split (*.tsv *.txt)"));
    });
    splitFileRow_ = rowOf({splitFile_, splitChoose}, this);
    form->addRow(tr("Split file"), splitFileRow_);

    minCount_->setToolTip(tr("Values that occur less often in the training rows share the field's "
                             "unknown id."));
    form->addRow(tr("Minimum count"), minCount_);
    labelRule_->setPlaceholderText(tr("As the schema says; e.g. >= 4"));
    form->addRow(tr("Positive label"), labelRule_);
    replace_->setText(tr("Replace a dataset with this name"));
    form->addRow(QString(), replace_);
    strict_->setText(tr("Refuse the source at its first bad line"));
    strict_->setToolTip(
        tr("Otherwise lines that cannot be used are left out, counted and listed."));
    form->addRow(QString(), strict_);
    for (QWidget* widget : {static_cast<QWidget*>(source_), static_cast<QWidget*>(preset_),
                            static_cast<QWidget*>(schema_), static_cast<QWidget*>(name_),
                            static_cast<QWidget*>(rule_), static_cast<QWidget*>(splitFile_),
                            static_cast<QWidget*>(labelRule_)}) {
        widget->setMinimumWidth(120);
    }
    source_->setAccessibleName(tr("Source"));
    schema_->setAccessibleName(tr("Schema file"));
    splitFile_->setAccessibleName(tr("Split file"));
    seed_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    minCount_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

void ImportPanel::chooseSource(bool folder) {
    const QString chosen =
        folder ? QFileDialog::getExistingDirectory(this, tr("Choose the folder of the raw files"),
                                                   source_->text())
               : QFileDialog::getOpenFileName(this, tr("Choose the raw file"), source_->text());
    if (!chosen.isEmpty()) {
        setSource(chosen);
    }
}

void ImportPanel::chooseInto(QLineEdit* edit, const QString& title, const QString& filter) {
    const QString chosen = QFileDialog::getOpenFileName(this, title, edit->text(), filter);
    if (!chosen.isEmpty()) {
        edit->setText(chosen);
    }
}

void ImportPanel::setSource(const QString& fileOrFolder) {
    source_->setText(QDir::toNativeSeparators(fileOrFolder));
    source_->setCursorPosition(0);
    guessFromSource();
    state_->clear();
}

void ImportPanel::guessFromSource() {
    if (source_->text().isEmpty()) {
        return;
    }
    // Reading the files may take a moment, and longer for archives.
    guess_.start([source = source_->text().toStdString()](
                     std::stop_token stop) { return guessPreset(source, stop); },
                 [this](const std::optional<std::string>& preset) { takeGuess(preset); });
}

void ImportPanel::takeGuess(const std::optional<std::string>& preset) {
    if (preset) {
        preset_->setCurrentIndex(preset_->findData(QString::fromStdString(*preset)));
    }
    if (!name_->text().isEmpty()) {
        return;
    }
    QString guess =
        preset ? QString::fromStdString(*preset) : QFileInfo(source_->text()).completeBaseName();
    for (QChar& letter : guess) {
        const bool allowed = (letter.isLetterOrNumber() && letter.unicode() < 128) ||
                             QStringLiteral("._-").contains(letter);
        letter = allowed ? letter : QLatin1Char('-');
    }
    name_->setText(guess);
}

void ImportPanel::showSchema() {
    const QString preset = preset_->currentData().toString();
    const bool own = preset == kOwnSchema;
    form_->setRowVisible(schemaRow_, own);
    const bool huge = own && QFileInfo(schema_->text()).size() > kLargestSchema;
    const Result<std::string> text =
        huge  ? Problem{"is too large for a schema; choose the file that describes the columns",
                       schema_->text().toStdString()}
        : own ? readFile(schema_->text().toStdString())
              : presetSchema(preset.toStdString());
    if (text) {
        schemaText_->setPlainText(QString::fromStdString(*text));
    } else {
        schemaText_->setPlainText(own && schema_->text().isEmpty()
                                      ? tr("Choose a schema file to show it here.")
                                      : QString::fromStdString(text.problem().text()));
    }
}

void ImportPanel::showFiles() {
    look_.start(
        [source = source_->text()](std::stop_token stop) { return firstLinesOf(source, stop); },
        [this](const QString& text) { filesText_->setPlainText(text); });
}

void ImportPanel::showSplitRule() {
    const auto rule = chosenSplit().rule;
    form_->setRowVisible(sharesRow_,
                         rule == SplitPlan::Rule::Random || rule == SplitPlan::Rule::Time);
    form_->setRowVisible(seed_, rule == SplitPlan::Rule::Random);
    form_->setRowVisible(splitFileRow_, rule == SplitPlan::Rule::File);
}

SplitPlan ImportPanel::chosenSplit() const {
    SplitPlan plan;
    const int chosen = rule_->currentData().toInt();
    plan.preferParts = chosen == kDefaultSplit;
    plan.rule = plan.preferParts ? SplitPlan::Rule::Random : SplitPlan::Rule(chosen);
    plan.seedWasChosen = plan.preferParts && seed_->value() != static_cast<int>(plan.seed);
    plan.seed = static_cast<std::uint64_t>(seed_->value());
    plan.train = train_->value() / 100.0;
    plan.valid = valid_->value() / 100.0;
    plan.file = splitFile_->text().trimmed().toStdString();
    return plan;
}

ImportRequest ImportPanel::request() const {
    ImportRequest request;
    request.source = source_->text().trimmed().toStdString();
    const QString preset = preset_->currentData().toString();
    if (preset == kOwnSchema) {
        request.schema = schema_->text().trimmed().toStdString();
    } else {
        request.preset = preset.toStdString();
    }
    request.name = name_->text().trimmed().toStdString();
    request.split = chosenSplit();
    request.minCount = minCount_->value();
    request.labelRule = labelRule_->text().trimmed().toStdString();
    request.replace = replace_->isChecked();
    request.strict = strict_->isChecked();
    return request;
}

void ImportPanel::startImport() {
    const ImportRequest wanted = request();
    if (wanted.source.empty()) {
        showProblem({"choose the folder or file to import", "Source"});
        source_->setFocus();
        return;
    }
    if (const Result<void> name = checkName(wanted.name); !name) {
        showProblem(name.problem());
        name_->setFocus();
        return;
    }
    start_->setEnabled(false);
    cancel_->setText(tr("Cancel the import"));
    bar_->setRange(0, 0);
    bar_->show();
    state_->setProperty("kind", "second");
    state_->setText(tr("Reading the files"));
    import_.start(
        [this, wanted, folder = workspace_.datasets()](std::stop_token stop) {
            return importDataset(
                wanted, folder,
                [this, stop](const ImportProgress& progress) {
                    import_.post(stop, [this, progress] { showProgress(progress); });
                },
                stop);
        },
        [this, name = wanted.name](Result<ImportReport> result) {
            showEnd(name, std::move(result));
        });
}

void ImportPanel::showProgress(const ImportProgress& progress) {
    if (!importing() || cancelling_) {
        return;
    }
    if (progress.totalBytes > 0) {
        bar_->setRange(0, 1000);
        bar_->setValue(static_cast<int>(
            std::min<std::int64_t>(1000, progress.bytes * 1000 / progress.totalBytes)));
    }
    QString text = tr("%1: %2 rows, %3 of %4")
                       .arg(QString::fromStdString(progress.phase), countText(progress.rows),
                            bytesText(progress.bytes), bytesText(progress.totalBytes));
    if (const auto left = progress.secondsLeft()) {
        const auto rate =
            static_cast<std::int64_t>(static_cast<double>(progress.rows) / progress.seconds);
        text += tr(", %1 rows/s, %2 left").arg(countText(rate), durationText(*left));
    }
    state_->setText(text);
}

/// The outcome is reported when the import has ended: it may still have to remove what it has
/// written, or it may have finished before the cancellation and created the dataset.
void ImportPanel::cancelImport() {
    cancelling_ = true;
    import_.requestStop();
    cancel_->setEnabled(false);
    bar_->setRange(0, 0);
    state_->setText(tr("Cancelling the import"));
}

void ImportPanel::showEnd(const std::string& name, Result<ImportReport> result) {
    const bool cancelled = std::exchange(cancelling_, false);
    bar_->hide();
    start_->setEnabled(true);
    cancel_->setEnabled(true);
    cancel_->setText(tr("Back"));
    if (!result && cancelled && !result.problem().systemError) {
        state_->setText(tr("The import was cancelled; nothing was kept."));
        return;
    }
    if (!result) {
        showProblem(result.problem());
        return;
    }
    state_->clear();
    name_->clear();
    Q_EMIT imported(QString::fromStdString(name), *result);
}

void ImportPanel::showProblem(const Problem& problem) {
    setKind(state_, "problem");
    state_->setText(tr("Problem: %1").arg(QString::fromStdString(problem.text())));
}

} // namespace flip::ui
