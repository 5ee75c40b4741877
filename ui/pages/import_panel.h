#pragma once

#include "core/data/import/import.h"
#include "core/store/workspace.h"
#include "ui/bridge/background_job.h"

#include <QWidget>

#include <optional>
#include <string>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace flip::ui {

/// Imports raw files as a dataset: the settings at the left, the schema and the first lines of the
/// files at the right. Keeps the settings when an import is refused.
class ImportPanel : public QWidget {
    Q_OBJECT
public:
    explicit ImportPanel(Workspace workspace, QWidget* parent = nullptr);

    void setSource(const QString& fileOrFolder);
    ImportRequest request() const;
    bool importing() const { return import_.running(); }

Q_SIGNALS:
    void imported(const QString& dataset, const flip::ImportReport& report);
    void closed();

private:
    void buildForm(QFormLayout* form);
    void chooseSource(bool folder);
    void chooseInto(QLineEdit* edit, const QString& title, const QString& filter);
    void guessFromSource();
    void takeGuess(const std::optional<std::string>& preset);
    void showSchema();
    void showFiles();
    void showSplitRule();
    SplitPlan chosenSplit() const;
    void startImport();
    void showProgress(const ImportProgress& progress);
    void cancelImport();
    void showEnd(const std::string& name, Result<ImportReport> result);
    void showProblem(const Problem& problem);

    const Workspace workspace_;
    QFormLayout* form_ = nullptr;
    QLineEdit* source_;
    QComboBox* preset_;
    QLineEdit* schema_;
    QWidget* schemaRow_ = nullptr;
    QLineEdit* name_;
    QComboBox* rule_;
    QSpinBox* train_;
    QSpinBox* valid_;
    QWidget* sharesRow_ = nullptr;
    QSpinBox* seed_;
    QLineEdit* splitFile_;
    QWidget* splitFileRow_ = nullptr;
    QSpinBox* minCount_;
    QLineEdit* labelRule_;
    QCheckBox* replace_;
    QCheckBox* strict_;
    QPlainTextEdit* schemaText_;
    QPlainTextEdit* filesText_;
    QLabel* state_;
    QProgressBar* bar_;
    QPushButton* start_;
    QPushButton* cancel_;
    bool cancelling_ = false; // requested, and the import has not ended yet
    BackgroundJob look_;      // reads the first lines
    BackgroundJob guess_;     // finds the preset that fits
    BackgroundJob import_;    // last member: joined first
};

} // namespace flip::ui
