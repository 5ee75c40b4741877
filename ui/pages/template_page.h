#pragma once

#include "core/data/dataset.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"
#include "core/text/token_cache.h"
#include "core/text/tokenizer/tokenizer.h"
#include "ui/bridge/background_job.h"
#include "ui/widgets/page_frame.h"

#include <QTimer>

#include <memory>
#include <optional>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTreeWidget;

namespace flip::ui {

class FlowLayout;
class LengthPlot;
class TokenView;

/// The template of the sentences that the language model reads: edited here, shown as tokens of a
/// real row, with its length and what `max_tokens` cuts off over all rows.
class TemplatePage : public PageFrame {
    Q_OBJECT
public:
    explicit TemplatePage(Workspace workspace, QWidget* parent = nullptr);

public Q_SLOTS:
    void reloadNames(); // datasets and language models of the workspace
    void setDataset(const QString& name);

    /// The recipe whose sentences are shown: it decides how they are cut and how empty values are
    /// written. Before the first call, the defaults apply.
    void setRecipe(const flip::RunSpec& spec);

Q_SIGNALS:
    void templateChosen(const QString& text, int maxTokens);
    void problemReported(const flip::Problem& problem);
    void importRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Sources {
        std::shared_ptr<const Dataset> dataset;
        std::shared_ptr<const Tokenizer> tokenizer;
        std::optional<Problem> problem;
    };
    struct Survey {
        TruncationReport report;
        double unknownShare = 0; // of the tokens of a sample of rows
        std::optional<Problem> problem;
    };
    QWidget* buildLab();
    QWidget* buildSentence();
    QWidget* buildLengths();
    QWidget* buildSide();
    void connectAll();
    void openSources();
    void takeSources(Sources sources);
    void takeTemplate(); // parses it; shows the row at once, the survey later
    void showRow();
    void survey();
    void takeSurvey(const Survey& survey);
    void fillChips();
    void clearLab();
    SentenceRules rules() const;
    bool isOutdated() const; // the dataset shown is not the one now stored
    void showState(const QString& text, const char* kind);

    const Workspace workspace_;
    QComboBox* datasets_;
    QComboBox* models_;
    QSpinBox* row_;
    TokenView* tokens_;
    QLabel* rowFacts_;
    QPlainTextEdit* editor_;
    FlowLayout* chips_;
    QLabel* state_;
    QSpinBox* maxTokens_;
    LengthPlot* plot_;
    QLabel* surveyFacts_;
    QTreeWidget* losses_;
    QPushButton* use_;
    RunSpec::Text recipe_; // without template and length, which are set on this page
    Sources sources_;
    std::optional<TextTemplate> template_;
    QTimer surveySoon_;
    bool surveyDue_ = false; // the survey shown, if any, is of another template
    BackgroundJob open_;
    BackgroundJob survey_; // last member: joined first
};

} // namespace flip::ui
