#pragma once

#include "core/base/result.h"
#include "core/spec/options.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"
#include "ui/bridge/background_job.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <optional>

class QCheckBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;

namespace flip::ui {

class MaskSteps;
class OptionForm;
class PageTitle;

/// The recipe of a run, edited as a form or as an experiment file, checked while it is edited, and
/// started from here.
class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    explicit ExperimentPage(Workspace workspace, QWidget* parent = nullptr);

    QString toml() const; // what differs from the defaults; for the next session
    QString dataset() const;

public Q_SLOTS:
    bool setToml(const QString& toml, const QString& fileName); // false: invalid; nothing changes
    void openFile(const QString& file);
    void setDataset(const QString& name);
    void setTemplate(const QString& text, int maxTokens);
    void setRunNames(const QStringList& runs); // what finetune.from may name
    void setRunning(bool running);
    void reloadNames(); // datasets and language models of the workspace

Q_SIGNALS:
    void startRequested(const flip::RunSpec& spec);
    void problemReported(const flip::Problem& problem);
    void newsReported(const QString& text);
    void recipeChanged(const flip::RunSpec& spec); // complete, as a run needs it

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Check {
        std::optional<Problem> problem;
        std::int64_t tableFields = 0;
        std::int64_t textFields = 0; // those the template names
        std::int64_t trainRows = 0;
    };
    QWidget* buildForm();
    QWidget* buildToml();
    void connectAll();
    void check();
    void takeCheck(const Check& check);
    void showState(const std::optional<Problem>& problem);
    void showPlan();
    void showMasks();
    void writeToml();
    void takeToml();
    void chooseFile(bool save);
    void start();

    const Workspace workspace_;
    PageTitle* title_;
    QTabWidget* tabs_;
    OptionForm* form_;
    QLabel* helpTitle_ = nullptr;
    QLabel* help_ = nullptr;
    QPlainTextEdit* toml_;
    QLabel* tomlProblem_ = nullptr;
    QCheckBox* everyDefault_ = nullptr;
    QCheckBox* allOptions_;
    MaskSteps* tableMask_;
    MaskSteps* textMask_;
    QLabel* state_;
    QLabel* plan_;
    QPushButton* start_;
    std::optional<RunSpec> spec_; // set if the draft is valid
    Check last_;
    bool ready_ = false; // the pre-flight of spec_ found no problem
    bool running_ = false;
    bool tomlBroken_ = false; // the text is not a valid recipe; it is kept until it is valid
    QTimer checkSoon_;
    QTimer tomlSoon_;
    BackgroundJob preflight_; // last member: joined first
};

/// "Start pretraining and finetuning"
QString startWords(RunKind kind);

} // namespace flip::ui
