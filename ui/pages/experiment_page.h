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

/// The recipe of a run as a form and as an experiment file, either way round; checked while it is
/// written, started from here.
class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    explicit ExperimentPage(Workspace workspace, QWidget* parent = nullptr);

    QString toml() const; // what differs from the defaults; for the next sitting
    QString dataset() const;

public Q_SLOTS:
    bool setToml(const QString& toml, const QString& fileName); // false: what stood there stays
    void openFile(const QString& file);
    void setDataset(const QString& name);
    void setTemplate(const QString& text, int maxTokens);
    void setRunNames(const QStringList& runs); // what finetune.from may name
    void setRunning(bool running);
    void reloadNames(); // datasets and language models of the workspace

Q_SIGNALS:
    void startRequested(const flip::RunSpec& spec);
    void problemMet(const flip::Problem& problem);
    void newsMet(const QString& text);
    void recipeChanged(const flip::RunSpec& spec); // as complete as a run needs it

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
    void tell(const std::optional<Problem>& problem);
    void tellPlan();
    void tellMasks();
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
    std::optional<RunSpec> spec_; // set where the draft is complete
    Check last_;
    bool sound_ = false; // the pre-flight of spec_ found nothing
    bool running_ = false;
    bool tomlBroken_ = false; // what stands there is no recipe; it is kept until it is one again
    QTimer checkSoon_;
    QTimer tomlSoon_;
    BackgroundJob preflight_; // last member: joined first
};

/// "Start pretraining and finetuning"
QString startWords(RunKind kind);

} // namespace flip::ui
