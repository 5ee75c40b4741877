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

/// The sentence the language model reads: written here, seen as tokens of a real row, with what it
/// costs and what `max_tokens` cuts off over all rows.
class TemplatePage : public PageFrame {
    Q_OBJECT
public:
    explicit TemplatePage(Workspace workspace, QWidget* parent = nullptr);

public Q_SLOTS:
    void reloadNames(); // datasets and language models of the workspace
    void setDataset(const QString& name);

    /// The recipe whose sentences are shown: how it cuts them and speaks of empty values. Until one
    /// is known these are the defaults.
    void setRecipe(const flip::RunSpec& spec);

Q_SIGNALS:
    void templateChosen(const QString& text, int maxTokens);
    void problemMet(const flip::Problem& problem);
    void importWanted();

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
        double unknownShare = 0; // of the tokens of some rows
        std::optional<Problem> problem;
    };
    QWidget* buildLab();
    QWidget* buildSentence();
    QWidget* buildLengths();
    QWidget* buildSide();
    void connectAll();
    void openSources();
    void takeSources(Sources sources);
    void takeTemplate(); // parses; shows the row at once, the survey after a while
    void showRow();
    void survey();
    void takeSurvey(const Survey& survey);
    void fillChips();
    void clearLab();
    SentenceRules rules() const;
    bool isOutdated() const; // the dataset shown is not the one that is there now
    void tell(const QString& text, const char* kind);

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
    RunSpec::Text recipe_; // without template and length, which stand on this page
    Sources sources_;
    std::optional<TextTemplate> template_;
    QTimer surveySoon_;
    bool surveyDue_ = false; // the survey shown, if any, is of another template
    BackgroundJob open_;
    BackgroundJob survey_; // last member: joined first
};

} // namespace flip::ui
