#include "ui/pages/data_page.h"

#include "core/sample/demo.h"
#include "ui/models/bad_line_model.h"
#include "ui/models/table_preview_model.h"
#include "ui/models/wording.h"
#include "ui/pages/import_panel.h"
#include "ui/widgets/distribution_header.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/field_list.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/page_title.h"
#include "ui/widgets/scrolled_text.h"
#include "ui/widgets/split_bar.h"
#include "ui/widgets/theme.h"

#include <QDragEnterEvent>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <limits>

namespace flip::ui {

namespace {

constexpr int kMaxRemarkLines = 6; // visible at once

enum PageContent { EmptyContent, BrowserContent, ImportContent };

QWidget* side(std::initializer_list<QWidget*> widgets, QMargins margins) {
    auto* column = new QWidget;
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(margins);
    layout->setSpacing(kSpace2);
    for (QWidget* widget : widgets) {
        layout->addWidget(widget);
    }
    return column;
}

} // namespace

DataPage::DataPage(Workspace workspace, QWidget* parent)
    : PageFrame(
          tr("Data"),
          new EmptyState(
              tr("No dataset yet"),
              tr("A dataset is a table of clicks: one row per impression, with a label and the "
                 "fields a model may read. Import raw files, or drop their folder here. The "
                 "sample project has several hundred real films with simulated users and "
                 "needs no network."),
              tr("Import files…")),
          parent),
      workspace_(std::move(workspace)), import_(new ImportPanel(workspace_, this)),
      model_(new TablePreviewModel(this)), badLines_(new BadLineModel(this)),
      importButton_(new QPushButton(tr("Import…"), this)),
      sampleButton_(new QPushButton(tr("Make the sample project"), this)),
      useButton_(new QPushButton(tr("Use in an experiment"), this)) {
    setAcceptDrops(true);
    empty().setSecondAction(tr("Make the sample project"));
    importButton_->setIcon(icon(QStringLiteral("plus")));
    useButton_->setProperty("kind", "primary");
    title().addAction(sampleButton_);
    title().addAction(importButton_);
    title().addAction(useButton_);

    addContent(buildBrowser());
    addContent(import_);

    connect(&empty(), &EmptyState::actionRequested, this, [this] { importFrom({}); });
    connect(&empty(), &EmptyState::secondActionRequested, this, &DataPage::makeSample);
    connect(importButton_, &QPushButton::clicked, this, [this] { importFrom({}); });
    connect(sampleButton_, &QPushButton::clicked, this, &DataPage::makeSample);
    connect(useButton_, &QPushButton::clicked, this,
            [this] { Q_EMIT experimentRequested(dataset()); });
    connect(import_, &ImportPanel::closed, this, &DataPage::showContent);
    connect(import_, &ImportPanel::imported, this, &DataPage::takeImport);
    connect(names_, &QListWidget::currentTextChanged, this, &DataPage::openDataset);
    connect(goTo_, &QSpinBox::valueChanged, this, [this](int row) {
        model_->setFirstRow(std::max(0, row - 1));
        const auto shown = static_cast<int>(std::int64_t{row} - 1 - model_->firstRow());
        table_->scrollTo(model_->index(shown, 0), QAbstractItemView::PositionAtTop);
    });
    connect(fields_, &FieldList::fieldChosen, this, [this](int field) {
        table_->scrollTo(
            model_->index(std::max(0, table_->rowAt(0)), model_->columnOfField(field)));
    });
    connect(header_, &QHeaderView::sectionClicked, this,
            [this](int section) { fields_->select(model_->fieldOfColumn(section)); });
    connect(&sample_, &BackgroundJob::runningChanged, this, [this](bool running) {
        sampleButton_->setEnabled(!running);
        sampleButton_->setText(running ? tr("Making the sample project…")
                                       : tr("Make the sample project"));
        empty().setEnabled(!running);
    });
    reload();
}

QWidget* DataPage::buildBrowser() {
    names_ = new QListWidget(this);
    names_->setAccessibleName(tr("Datasets"));
    names_->setTextElideMode(Qt::ElideMiddle);
    names_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_ = new QTableView(this);
    table_->setAccessibleName(tr("Rows of the dataset"));
    header_ = new DistributionHeader(table_);
    table_->setHorizontalHeader(header_);
    table_->setModel(model_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->setShowGrid(false);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    table_->verticalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    facts_ = new ElidedLabel({}, this);
    facts_->setMode(Qt::ElideRight);
    facts_->setProperty("kind", "second");
    goTo_ = new QSpinBox(this);
    goTo_->setAccessibleName(tr("Go to row"));
    goTo_->setGroupSeparatorShown(true);
    goTo_->setKeyboardTracking(false);
    goTo_->setPrefix(tr("row "));
    goTo_->setMinimumWidth(128);
    fields_ = new FieldList(this);
    split_ = new SplitBar(this);
    splitRule_ = new QLabel(this);
    splitRule_->setProperty("kind", "second");
    splitRule_->setWordWrap(true);
    splitRule_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    leftOut_ = new QLabel(this);
    leftOut_->setProperty("kind", "second");
    remarks_ = new ScrolledText(kMaxRemarkLines, this);
    remarks_->setAccessibleName(tr("Remarks on the import"));
    remarks_->hide();
    badTable_ = new QTableView(this);
    badTable_->setAccessibleName(tr("Bad lines"));
    badTable_->setModel(badLines_);
    badTable_->setSelectionBehavior(QAbstractItemView::SelectRows);
    badTable_->setTabKeyNavigation(false);
    badTable_->setWordWrap(false);
    badTable_->setShowGrid(false);
    badTable_->horizontalHeader()->setStretchLastSection(true);
    badTable_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    badTable_->verticalHeader()->hide();
    badTable_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    badTable_->setMaximumHeight(7 * kRowHeight);
    badTable_->hide();

    auto* bar = new QWidget(this);
    auto* barRow = new QHBoxLayout(bar);
    barRow->setContentsMargins(0, 0, 0, 0);
    barRow->addWidget(facts_, 1);
    barRow->addWidget(goTo_);
    auto* sides = new QSplitter(Qt::Horizontal, this);
    sides->addWidget(side({strongLabel(tr("Datasets"), this), names_}, {kSpace4, 0, 0, kSpace4}));
    leftOutRow_ = new QWidget(this);
    auto* leftOutLayout = new QHBoxLayout(leftOutRow_);
    leftOutLayout->setContentsMargins(0, 0, 0, 0);
    leftOutLayout->addWidget(strongLabel(tr("Left out"), this));
    leftOutLayout->addWidget(leftOut_, 1);
    sides->addWidget(side({bar, table_, leftOutRow_, remarks_, badTable_}, {0, 0, 0, kSpace4}));
    sides->addWidget(side({fields_, strongLabel(tr("Split"), this), split_, splitRule_},
                          {0, 0, kSpace4, kSpace4}));
    sides->setChildrenCollapsible(false);
    sides->setStretchFactor(0, 0);
    sides->setStretchFactor(1, 1);
    sides->setStretchFactor(2, 0);
    names_->setMinimumWidth(110);
    fields_->setMinimumWidth(220);
    table_->setMinimumWidth(220);
    sides_ = sides;
    connect(sides, &QSplitter::splitterMoved, this, [this] { sidesMoved_ = true; });
    return sides;
}

void DataPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!sidesMoved_) {
        const int left = std::min(180, width() * 16 / 100);
        const int right = std::min(300, width() * 30 / 100);
        sides_->setSizes({left, width() - left - right, right});
    }
}

QString DataPage::dataset() const {
    const auto* item = names_->currentItem();
    return item == nullptr ? QString() : item->text();
}

void DataPage::reload() {
    const QString before = dataset();
    QStringList found;
    for (const std::string& name : workspace_.datasetNames()) {
        found << QString::fromStdString(name);
    }
    QStringList listed;
    for (int i = 0; i < names_->count(); ++i) {
        listed << names_->item(i)->text();
    }
    if (found != listed) {
        const QSignalBlocker quiet(names_);
        names_->clear();
        names_->addItems(found);
        for (int i = 0; i < names_->count(); ++i) {
            names_->item(i)->setToolTip(names_->item(i)->text());
        }
    }
    showDataset(found.contains(before) ? before : found.value(0));
    if (place() != ImportContent) {
        showContent();
    }
}

void DataPage::showContent() {
    showPlace(names_->count() == 0 ? EmptyContent : BrowserContent);
    useButton_->setVisible(names_->count() > 0);
    importButton_->setVisible(names_->count() > 0);
    sampleButton_->setVisible(names_->count() > 0);
    title().setBreadcrumb(dataset().isEmpty() ? QStringList() : QStringList{dataset()});
}

void DataPage::showDataset(const QString& name) {
    const auto items = names_->findItems(name, Qt::MatchExactly);
    if (items.isEmpty()) {
        return;
    }
    const bool same = names_->currentItem() == items.first();
    names_->setCurrentItem(items.first());
    if (same && model_->dataset() == nullptr) {
        openDataset(name);
    }
}

void DataPage::openDataset(const QString& name) {
    if (name.isEmpty()) {
        return;
    }
    title().setBreadcrumb({name});
    open_.start(
        [folder = workspace_.dataset(name.toStdString())](std::stop_token) {
            Result<Dataset> dataset = Dataset::open(folder);
            if (!dataset) {
                return Opened{nullptr, dataset.problem(), {}};
            }
            auto badLines = dataset->firstBadLines();
            if (!badLines) {
                return Opened{nullptr, badLines.problem(), {}};
            }
            return Opened{std::make_shared<const Dataset>(std::move(dataset).value()),
                          {},
                          std::move(badLines).value()};
        },
        [this](Opened opened) { take(std::move(opened)); });
}

void DataPage::take(Opened opened) {
    statistics_.clear();
    model_->setDataset(opened.dataset);
    if (opened.problem) {
        fields_->setFields({});
        split_->setRows({});
        splitRule_->clear();
        hideLeftOut();
        facts_->setText(tr("This dataset cannot be read: %1")
                            .arg(QString::fromStdString(opened.problem->text())));
        Q_EMIT problemReported(*opened.problem);
        updateHeader();
        return;
    }
    const Dataset& dataset = *opened.dataset;
    const double positives = static_cast<double>(dataset.positives()) /
                             static_cast<double>(std::max<std::int64_t>(1, dataset.rows()));
    facts_->setText(
        tr("%1 rows, %2 positive, %3 ids")
            .arg(countText(dataset.rows()), percentText(positives), countText(dataset.idCount())));
    split_->setToolTip(tr("Content hash %1").arg(QString::fromStdString(dataset.hash())));
    {
        const QSignalBlocker quiet(goTo_);
        goTo_->setRange(1, static_cast<int>(std::min<std::int64_t>(
                               dataset.rows(), std::numeric_limits<int>::max())));
        goTo_->setValue(1);
    }
    fields_->setFields(dataset.fields());
    split_->setRows({dataset.splitRows(Split::Train), dataset.splitRows(Split::Valid),
                     dataset.splitRows(Split::Test)});
    splitRule_->setText(
        QString::fromStdString(splitInWords(dataset.source(), dataset.splitRows())));
    std::vector<ImportRemark> remarks = sourceRemarks(dataset.source(), dataset.splitRows());
    std::ranges::move(importRemarks(dataset.tally(), dataset.fields(), dataset.rows()),
                      std::back_inserter(remarks));
    showLeftOut(dataset.tally(), remarks, std::move(opened.badLines));
    updateHeader();
    count_.start(
        [shared = opened.dataset](std::stop_token stop) { return countFields(*shared, stop); },
        [this](std::vector<FieldStatistics> statistics) { takeStatistics(std::move(statistics)); });
    Q_EMIT datasetShown(QString::fromStdString(dataset.name()));
}

void DataPage::showLeftOut(const ImportTally& tally, const std::vector<ImportRemark>& remarks,
                           std::vector<BadLine> first) {
    const auto shown = static_cast<std::int64_t>(first.size());
    const QString leftOut = QString::fromStdString(leftOutInWords(tally));
    leftOut_->setText(
        tally.badLines > shown
            ? tr("%1; the first %2 bad lines are shown").arg(leftOut, countText(shown))
            : leftOut);
    leftOutRow_->show();
    QStringList lines;
    for (const ImportRemark& remark : remarks) {
        const QString text = QString::fromStdString(remark.text);
        lines << (remark.isWarning ? tr("Warning: %1").arg(text) : text);
    }
    remarks_->setText(lines.join('\n'));
    remarks_->setVisible(!lines.isEmpty());
    badTable_->setVisible(shown > 0);
    badLines_->setLines(std::move(first));
    badTable_->resizeColumnToContents(BadLineModel::FileColumn);
    badTable_->resizeColumnToContents(BadLineModel::LineColumn);
}

void DataPage::hideLeftOut() {
    leftOutRow_->hide();
    remarks_->hide();
    badTable_->hide();
}

void DataPage::takeStatistics(std::vector<FieldStatistics> statistics) {
    statistics_ = std::move(statistics);
    fields_->setStatistics(statistics_);
    updateHeader();
}

void DataPage::updateHeader() {
    std::vector<DistributionHeader::Column> columns(
        static_cast<std::size_t>(model_->columnCount()));
    for (int i = 0; i < model_->columnCount(); ++i) {
        auto& head = columns[static_cast<std::size_t>(i)];
        const int field = model_->fieldOfColumn(i);
        if (field < 0) {
            header_->resizeSection(i, i == TablePreviewModel::LabelColumn   ? 64
                                      : i == TablePreviewModel::SplitColumn ? 72
                                                                            : 156);
            head.kind = i == TablePreviewModel::LabelColumn ? tr("0 or 1") : QString();
            continue;
        }
        const FieldInfo& info = model_->dataset()->fields()[static_cast<std::size_t>(field)];
        head.kind = info.use == FieldUse::Text ? tr("text, %1 values").arg(countText(info.values))
                                               : tr("%1 ids").arg(countText(info.ids));
        if (static_cast<std::size_t>(field) < statistics_.size()) {
            head.statistics = &statistics_[static_cast<std::size_t>(field)];
        }
    }
    header_->setColumns(std::move(columns));
}

void DataPage::importFrom(const QString& fileOrFolder) {
    if (!fileOrFolder.isEmpty()) {
        import_->setSource(fileOrFolder);
    }
    showPlace(ImportContent);
    title().setBreadcrumb({tr("Import")});
    useButton_->hide();
    importButton_->hide();
    sampleButton_->hide();
    import_->setFocus();
}

void DataPage::takeImport(const QString& name, const ImportReport& report) {
    showPlace(BrowserContent);
    model_->setDataset(nullptr);
    reload();
    showDataset(name);
    showContent();
    QString news = tr("Imported %1: %2 rows in %3; left out: %4")
                       .arg(name, countText(report.rows), durationText(report.seconds),
                            QString::fromStdString(leftOutInWords(report.tally)));
    for (const std::string& line : report.leftOut) {
        news += QStringLiteral("; ") + QString::fromStdString(line);
    }
    for (const ImportRemark& remark : report.remarks) {
        if (remark.isWarning) {
            news += QStringLiteral("; ") + QString::fromStdString(remark.text);
        }
    }
    Q_EMIT newsReported(news);
    Q_EMIT datasetsChanged();
}

void DataPage::makeSample() {
    if (sample_.running()) {
        return;
    }
    sample_.start([workspace = workspace_](
                      std::stop_token stop) { return ensureDemoDataset(workspace, stop); },
                  [this](const Result<std::string>& made) {
                      if (!made) {
                          Q_EMIT problemReported(made.problem());
                          return;
                      }
                      reload();
                      showDataset(QString::fromStdString(*made));
                      if (place() != ImportContent) { // keeps a half-filled import form
                          showContent();
                      }
                      Q_EMIT datasetsChanged();
                  });
}

void DataPage::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (std::ranges::any_of(urls, [](const QUrl& url) { return url.isLocalFile(); })) {
        event->acceptProposedAction();
    }
}

void DataPage::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            importFrom(url.toLocalFile());
            event->acceptProposedAction();
            return;
        }
    }
}

} // namespace flip::ui
