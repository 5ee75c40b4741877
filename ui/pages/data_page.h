#pragma once

#include "core/data/dataset.h"
#include "core/data/import/import.h"
#include "core/store/workspace.h"
#include "ui/bridge/background_job.h"
#include "ui/models/field_statistics.h"
#include "ui/widgets/page_frame.h"

#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;
class QSplitter;
class QTableView;

namespace flip::ui {

class BadLineModel;
class DistributionHeader;
class ElidedLabel;
class FieldList;
class ImportPanel;
class ScrolledText;
class SplitBar;
class TablePreviewModel;

/// The datasets of the workspace: imports new ones and shows their rows, fields and split.
class DataPage : public PageFrame {
    Q_OBJECT
public:
    explicit DataPage(Workspace workspace, QWidget* parent = nullptr);

    QString dataset() const; // the one shown; empty: none

public Q_SLOTS:
    void reload(); // the list, after something was imported elsewhere
    void showDataset(const QString& name);
    void importFrom(const QString& fileOrFolder);
    void makeSample();

Q_SIGNALS:
    void datasetsChanged();
    void datasetShown(const QString& name);
    void experimentRequested(const QString& dataset);
    void problemReported(const flip::Problem& problem);
    void newsReported(const QString& text);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Opened {
        std::shared_ptr<const Dataset> dataset;
        std::optional<Problem> problem;
        std::vector<BadLine> badLines;
    };
    QWidget* buildBrowser();
    void openDataset(const QString& name);
    void take(Opened opened);
    void showLeftOut(const ImportTally& tally, const std::vector<ImportRemark>& remarks,
                     std::vector<BadLine> first);
    void hideLeftOut();
    void takeStatistics(std::vector<FieldStatistics> statistics);
    void updateHeader();
    void showContent();
    void takeImport(const QString& name, const ImportReport& report);

    const Workspace workspace_;
    ImportPanel* import_;
    QSplitter* sides_ = nullptr;
    bool sidesMoved_ = false; // by the user: sizes no longer follow the width
    QListWidget* names_ = nullptr;
    QTableView* table_ = nullptr;
    DistributionHeader* header_ = nullptr;
    TablePreviewModel* model_;
    ElidedLabel* facts_ = nullptr;
    QSpinBox* goTo_ = nullptr;
    FieldList* fields_ = nullptr;
    SplitBar* split_ = nullptr;
    QLabel* splitRule_ = nullptr;
    QLabel* leftOut_ = nullptr;
    QWidget* leftOutRow_ = nullptr; // heading and leftOut_
    ScrolledText* remarks_ = nullptr;
    QTableView* badTable_ = nullptr;
    BadLineModel* badLines_;
    QPushButton* importButton_;
    QPushButton* sampleButton_;
    QPushButton* useButton_;
    std::vector<FieldStatistics> statistics_;
    BackgroundJob open_;
    BackgroundJob count_;
    BackgroundJob sample_; // last member: joined first
};

} // namespace flip::ui
