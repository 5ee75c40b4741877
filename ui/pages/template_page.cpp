#include "ui/pages/template_page.h"

#include "core/spec/options.h"
#include "core/text/dataset_text.h"
#include "ui/models/sentence_tokens.h"
#include "ui/models/wording.h"
#include "ui/plots/length_plot.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/token_view.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <tuple>

namespace flip::ui {

namespace {

constexpr std::int64_t kRowsForUnknowns = 2000;

QIcon dot(int field) {
    QPixmap pixmap(20, 20);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(seriesColor(field));
    painter.drawEllipse(QRectF(1, 1, 8, 8));
    return QIcon(pixmap);
}

QToolButton* stepButton(const QString& iconName, const QString& word, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(icon(iconName));
    button->setToolTip(word);
    button->setAccessibleName(word);
    return button;
}

QWidget* makeCard(QWidget* parent) {
    auto* card = new QWidget(parent);
    card->setObjectName(QStringLiteral("card"));
    card->setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column->setSpacing(kSpace2);
    return card;
}

double shareOfUnknown(const TokenCache& cache, std::int64_t rows, const std::stop_token& stop) {
    std::int64_t all = 0;
    std::int64_t unknown = 0;
    const std::int64_t step = std::max<std::int64_t>(1, rows / kRowsForUnknowns);
    for (std::int64_t row = 0; row < rows && !stop.stop_requested(); row += step) {
        const TokenRow tokens = cache.row(row);
        all += static_cast<std::int64_t>(tokens.ids.size());
        unknown += std::ranges::count(tokens.ids, cache.tokenizer().special().unknown);
    }
    return all == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(all);
}

/// The text options of an empty recipe.
RunSpec::Text defaultText() {
    RunSpec spec{};
    for (const char* key : {"text.cut", "text.missing"}) {
        const Option* option = findOption(key);
        option->set(spec, option->defaultValue);
    }
    return spec.text;
}

} // namespace

TemplatePage::TemplatePage(Workspace workspace, QWidget* parent)
    : PageFrame(tr("Template"), new EmptyState({}, {}), parent), workspace_(std::move(workspace)),
      datasets_(new QComboBox(this)), models_(new QComboBox(this)), row_(new QSpinBox(this)),
      tokens_(new TokenView(this)), rowFacts_(captionLabel({}, this)),
      editor_(new QPlainTextEdit(this)), chips_(nullptr), state_(new QLabel(this)),
      maxTokens_(new QSpinBox(this)), plot_(new LengthPlot(this)), surveyFacts_(new QLabel(this)),
      losses_(new QTreeWidget(this)), use_(new QPushButton(tr("Use in the experiment"), this)),
      recipe_(defaultText()) {
    use_->setProperty("kind", "primary");
    title().addAction(use_);
    addContent(buildLab());
    connectAll();
    reloadNames();
}

QWidget* TemplatePage::buildLab() {
    auto* sides = new QSplitter(Qt::Horizontal, this);
    sides->addWidget(buildSentence());
    sides->addWidget(buildSide());
    sides->setStretchFactor(0, 3);
    sides->setStretchFactor(1, 2);
    sides->setChildrenCollapsible(false);
    sides->setSizes({660, 440});
    return sides;
}

QWidget* TemplatePage::buildSentence() {
    datasets_->setAccessibleName(tr("Dataset"));
    models_->setAccessibleName(tr("Language model"));
    for (QComboBox* box : {datasets_, models_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(10);
        box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    auto* left = new QWidget(this);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(kSpace4, 0, 0, kSpace4);
    column->setSpacing(kSpace2);
    auto* choices = new QGridLayout;
    choices->setHorizontalSpacing(kSpace2);
    choices->setVerticalSpacing(2);
    choices->addWidget(captionLabel(tr("Dataset"), this), 0, 0);
    choices->addWidget(captionLabel(tr("Language model"), this), 0, 1);
    choices->addWidget(datasets_, 1, 0);
    choices->addWidget(models_, 1, 1);
    column->addLayout(choices);

    auto* card = makeCard(this);
    auto* cardColumn = static_cast<QVBoxLayout*>(card->layout());
    auto* head = new QHBoxLayout;
    row_->setAccessibleName(tr("Row shown"));
    row_->setPrefix(tr("row "));
    row_->setGroupSeparatorShown(true);
    row_->setMinimumWidth(104);
    auto* before = stepButton(QStringLiteral("previous"), tr("Previous row"), this);
    auto* after = stepButton(QStringLiteral("next"), tr("Next row"), this);
    auto* random = stepButton(QStringLiteral("shuffle"), tr("Random row"), this);
    connect(before, &QToolButton::clicked, row_, &QSpinBox::stepDown);
    connect(after, &QToolButton::clicked, row_, &QSpinBox::stepUp);
    connect(random, &QToolButton::clicked, this, [this] {
        row_->setValue(QRandomGenerator::global()->bounded(1, row_->maximum() + 1));
    });
    head->addWidget(strongLabel(tr("Tokens of one row"), this));
    head->addStretch();
    head->addWidget(before);
    head->addWidget(row_);
    head->addWidget(after);
    head->addWidget(random);
    cardColumn->addLayout(head);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* holder = new QWidget;
    holder->setObjectName(QStringLiteral("scrolled"));
    auto* holderColumn = new QVBoxLayout(holder);
    holderColumn->setContentsMargins(0, 0, kSpace3, 0);
    holderColumn->addWidget(tokens_);
    holderColumn->addStretch();
    scroll->setWidget(holder);
    scroll->viewport()->setAutoFillBackground(false);
    holder->setAutoFillBackground(false);
    cardColumn->addWidget(scroll, 1);
    rowFacts_->setWordWrap(true);
    cardColumn->addWidget(rowFacts_);
    column->addWidget(card, 3);
    column->addSpacing(kSpace2);
    column->addWidget(buildLengths(), 2);
    return left;
}

QWidget* TemplatePage::buildLengths() {
    maxTokens_->setRange(3, 8192);
    maxTokens_->setValue(100);
    maxTokens_->setSuffix(tr(" tokens"));
    maxTokens_->setAccessibleName(tr("Longest sentence"));
    auto* card = makeCard(this);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace2);
    row->addWidget(strongLabel(tr("Length of all sentences"), this), 1);
    row->addWidget(captionLabel(tr("truncated at"), this));
    row->addWidget(maxTokens_);
    static_cast<QVBoxLayout*>(card->layout())->addLayout(row);
    card->layout()->addWidget(plot_);
    return card;
}

QWidget* TemplatePage::buildSide() {
    editor_->setAccessibleName(tr("Template"));
    editor_->setTabChangesFocus(true);
    editor_->setFont(codeFont());
    auto* chipsBox = new QWidget(this);
    chips_ = new FlowLayout(kSpace1, chipsBox);
    QSizePolicy tall(QSizePolicy::Expanding, QSizePolicy::Minimum);
    tall.setHeightForWidth(true);
    chipsBox->setSizePolicy(tall);
    state_->setWordWrap(true);
    state_->setProperty("kind", "caption");
    surveyFacts_->setProperty("kind", "second");
    surveyFacts_->setWordWrap(true);
    losses_->setHeaderLabels({tr("Field truncated"), tr("Rows"), tr("Share")});
    losses_->setRootIsDecorated(false);
    losses_->setAccessibleName(tr("Rows that lose a field"));
    losses_->header()->setStretchLastSection(false);
    losses_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    losses_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    losses_->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    losses_->setMinimumHeight(72);

    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, kSpace4, kSpace4);
    column->setSpacing(kSpace2);
    column->addWidget(strongLabel(tr("Template"), this));
    column->addWidget(editor_, 2);
    column->addWidget(chipsBox);
    column->addWidget(state_);
    column->addWidget(surveyFacts_);
    column->addWidget(losses_, 2);
    column->addStretch(1);
    editor_->setMinimumHeight(64);
    editor_->setMaximumHeight(200);
    right->setMinimumWidth(260);
    return right;
}

void TemplatePage::connectAll() {
    surveySoon_.setSingleShot(true);
    surveySoon_.setInterval(250);
    connect(&surveySoon_, &QTimer::timeout, this, &TemplatePage::survey);
    connect(datasets_, &QComboBox::currentIndexChanged, this, &TemplatePage::openSources);
    connect(models_, &QComboBox::currentIndexChanged, this, &TemplatePage::openSources);
    connect(row_, &QSpinBox::valueChanged, this, &TemplatePage::showRow);
    connect(editor_, &QPlainTextEdit::textChanged, this, &TemplatePage::takeTemplate);
    connect(maxTokens_, &QSpinBox::valueChanged, this, &TemplatePage::takeTemplate);
    connect(&empty(), &EmptyState::actionRequested, this, &TemplatePage::importRequested);
    connect(themeNotifier(), &ThemeNotifier::changed, this, &TemplatePage::fillChips);
    connect(use_, &QPushButton::clicked, this, [this] {
        Q_EMIT templateChosen(editor_->toPlainText().simplified(), maxTokens_->value());
    });
}

void TemplatePage::reloadNames() {
    const auto fill = [](QComboBox* box, const std::vector<std::string>& names) {
        const QSignalBlocker quiet(box);
        const QString before = box->currentText();
        box->clear();
        for (const std::string& name : names) {
            box->addItem(QString::fromStdString(name));
        }
        box->setCurrentIndex(std::max(0, box->findText(before)));
    };
    const QString before = datasets_->currentText() + models_->currentText();
    fill(datasets_, workspace_.datasetNames());
    fill(models_, workspace_.modelNames());
    const bool hasBoth = datasets_->count() > 0 && models_->count() > 0;
    if (datasets_->count() == 0) {
        empty().setTexts(tr("No dataset to write sentences for"),
                         tr("A template turns each row of a dataset into the sentence the language "
                            "model reads, such as “title is {title}.” Import a dataset first."),
                         tr("Go to Data"));
    } else {
        empty().setTexts(
            tr("No language model found"),
            tr("Put a model folder in the Hugging Face layout into %1, then come back. "
               "The installer provides a small one.")
                .arg(QString::fromStdString(workspace_.models().string())));
    }
    showPlace(hasBoth ? 1 : 0);
    use_->setVisible(hasBoth);
    // A dataset may have been imported again under the same name: its hash shows that.
    if (hasBoth && (before != datasets_->currentText() + models_->currentText() || isOutdated())) {
        openSources();
    }
}

bool TemplatePage::isOutdated() const {
    if (open_.running()) {
        return false; // the current one is being opened
    }
    if (!sources_.dataset) {
        return true;
    }
    const auto now = Dataset::open(workspace_.dataset(datasets_->currentText().toStdString()));
    return !now || now->hash() != sources_.dataset->hash();
}

void TemplatePage::showEvent(QShowEvent* event) {
    PageFrame::showEvent(event);
    reloadNames(); // a model may have been added meanwhile
    if (surveyDue_) {
        surveySoon_.start();
    }
}

void TemplatePage::clearLab() {
    survey_.cancel();
    surveySoon_.stop();
    surveyDue_ = false;
    tokens_->setTokens({});
    rowFacts_->clear();
    surveyFacts_->clear();
    losses_->clear();
    plot_->setCounts({}, maxTokens_->value());
}

void TemplatePage::setDataset(const QString& name) {
    datasets_->setCurrentIndex(datasets_->findText(name));
}

void TemplatePage::setRecipe(const RunSpec& spec) {
    const auto rulesOf = [](const RunSpec::Text& text) {
        return std::tie(text.cut, text.missing, text.givesWay);
    };
    if (rulesOf(recipe_) != rulesOf(spec.text)) {
        recipe_ = spec.text;
        takeTemplate();
    }
}

SentenceRules TemplatePage::rules() const {
    RunSpec::Text text = recipe_;
    text.maxTokens = maxTokens_->value();
    auto made = sentenceRules(text, *sources_.dataset);
    if (!made) {
        text.givesWay.clear(); // it names fields of another dataset
        made = sentenceRules(text, *sources_.dataset);
    }
    return *made;
}

void TemplatePage::openSources() {
    if (datasets_->currentIndex() < 0 || models_->currentIndex() < 0) {
        return;
    }
    title().setBreadcrumb({datasets_->currentText(), models_->currentText()});
    open_.start(
        [workspace = workspace_, name = datasets_->currentText().toStdString(),
         model = models_->currentText().toStdString()](std::stop_token) {
            Sources sources;
            auto dataset = Dataset::open(workspace.dataset(name));
            if (!dataset) {
                sources.problem = dataset.problem();
                return sources;
            }
            const auto folder = workspace.findModel(model);
            if (!folder) {
                sources.problem = folder.problem();
                return sources;
            }
            auto tokenizer = openTokenizer(*folder);
            if (!tokenizer) {
                sources.problem = tokenizer.problem();
                return sources;
            }
            sources.dataset = std::make_shared<const Dataset>(std::move(dataset).value());
            sources.tokenizer = std::move(tokenizer).value();
            return sources;
        },
        [this](Sources sources) { takeSources(std::move(sources)); });
}

void TemplatePage::takeSources(Sources sources) {
    const std::string before = sources_.dataset ? defaultTemplate(*sources_.dataset) : "";
    survey_.cancel(); // it describes the previous rows
    sources_ = std::move(sources);
    if (sources_.problem) {
        template_.reset();
        use_->setEnabled(false);
        fillChips();
        clearLab();
        Q_EMIT problemReported(*sources_.problem);
        showState(QString::fromStdString(sources_.problem->text()), "problem");
        return;
    }
    {
        const QSignalBlocker quiet(row_);
        row_->setRange(1, static_cast<int>(std::min<std::int64_t>(
                              sources_.dataset->rows(), std::numeric_limits<int>::max())));
    }
    fillChips();
    const QString text = editor_->toPlainText();
    if (text.isEmpty() || text == QString::fromStdString(before)) {
        const QSignalBlocker quiet(editor_);
        editor_->setPlainText(QString::fromStdString(defaultTemplate(*sources_.dataset)));
    }
    takeTemplate();
}

void TemplatePage::fillChips() {
    chips_->clear();
    if (!sources_.dataset) {
        return;
    }
    for (const int field : sources_.dataset->textFields()) {
        const auto name = QString::fromStdString(
            sources_.dataset->fields()[static_cast<std::size_t>(field)].name);
        auto* chip = new QPushButton(dot(field), name, chips_->parentWidget());
        chip->setProperty("kind", "chip");
        chip->setIconSize({10, 10});
        chip->setToolTip(tr("Inserts {%1} at the cursor").arg(name));
        chips_->addWidget(chip);
        connect(chip, &QPushButton::clicked, this, [this, name] {
            editor_->insertPlainText(QStringLiteral("{%1}").arg(name));
            editor_->setFocus();
        });
    }
}

void TemplatePage::takeTemplate() {
    template_.reset();
    use_->setEnabled(false);
    if (!sources_.dataset) {
        return;
    }
    const std::string text = editor_->toPlainText().simplified().toStdString();
    auto parsed = parseTemplate(text, *sources_.dataset);
    if (!parsed) {
        clearLab();
        showState(QString::fromStdString(parsed.problem().text()), "problem");
        return;
    }
    template_ = std::move(parsed).value();
    showState(tr("Click a field to insert it at the cursor."), "caption");
    use_->setEnabled(true);
    showRow();
    surveyDue_ = true; // takes a while over all rows, so only while visible
    if (isVisible()) {
        surveySoon_.start();
    }
}

void TemplatePage::showRow() {
    if (!template_ || !sources_.tokenizer) {
        return;
    }
    auto tokens = sentenceTokens(*sources_.dataset, row_->value() - 1, *template_,
                                 *sources_.tokenizer, rules());
    const auto count = static_cast<std::int64_t>(tokens.size());
    const auto unknown = std::ranges::count_if(tokens, &SentenceToken::unknown);
    tokens_->setTokens(std::move(tokens));
    QString facts = tr("%1 tokens").arg(countText(count));
    facts += tokens_->lost() > 0 ? tr(", %1 truncated (struck out)").arg(tokens_->lost())
                                 : tr(", none truncated");
    facts += unknown > 0 ? tr(", %1 unknown to the model (red border)").arg(unknown) : QString();
    rowFacts_->setText(facts);
}

void TemplatePage::survey() {
    if (!template_ || !sources_.tokenizer) {
        return;
    }
    surveyDue_ = false;
    surveyFacts_->setText(tr("Tokenizing all rows…"));
    survey_.start(
        [sources = sources_, textTemplate = *template_, rules = rules()](std::stop_token stop) {
            Survey result;
            const auto cache =
                TokenCache::build(*sources.dataset, textTemplate, *sources.tokenizer, rules, stop);
            if (!cache) {
                result.problem = cache.problem();
                return result;
            }
            result.report = cache->truncation(stop);
            result.unknownShare = shareOfUnknown(*cache, result.report.rows, stop);
            return result;
        },
        [this](const Survey& result) { takeSurvey(result); });
}

void TemplatePage::takeSurvey(const Survey& result) {
    losses_->clear();
    if (result.problem) {
        surveyFacts_->setText(QString::fromStdString(result.problem->text()));
        return;
    }
    const TruncationReport& report = result.report;
    const auto rows = static_cast<double>(std::max<std::int64_t>(1, report.rows));
    double tokens = 0;
    for (std::size_t length = 0; length < report.lengthCounts.size(); ++length) {
        tokens += static_cast<double>(length) * static_cast<double>(report.lengthCounts[length]);
    }
    plot_->setCounts(report.lengthCounts, maxTokens_->value());
    surveyFacts_->setText(tr("%1 tokens per row on average; %2 of %3 rows are truncated; %4 of the "
                             "tokens are unknown")
                              .arg(QString::number(tokens / rows, 'f', 1),
                                   countText(report.rowsCut), countText(report.rows),
                                   percentText(result.unknownShare)));
    for (std::size_t field = 0; field < report.lostBy.size(); ++field) {
        if (report.lostBy[field] == 0) {
            continue;
        }
        auto* item = new QTreeWidgetItem(
            losses_, {QString::fromStdString(sources_.dataset->fields()[field].name),
                      countText(report.lostBy[field]),
                      percentText(static_cast<double>(report.lostBy[field]) / rows)});
        item->setIcon(0, dot(static_cast<int>(field)));
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
    }
    losses_->setVisible(losses_->topLevelItemCount() > 0);
}

void TemplatePage::showState(const QString& text, const char* kind) {
    setKind(state_, kind);
    state_->setText(text);
}

} // namespace flip::ui
