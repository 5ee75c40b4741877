#pragma once

#include "core/spec/options.h"

#include <QString>
#include <QStringList>
#include <QWidget>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

class QGridLayout;
class QGroupBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace flip::ui {

class OptionEditor;

/// The option table as a form: a card for each group, a line for each option with its name,
/// control, unit and, once changed, a reset button. Holds the values that differ from the defaults
/// as a draft. Options without effect in this kind of run are hidden.
class OptionForm : public QWidget {
    Q_OBJECT
public:
    explicit OptionForm(QWidget* parent = nullptr);

    const RunDraft& draft() const { return draft_; }
    void setDraft(const RunDraft& draft);
    void set(const std::string& key, OptionValue value);

    /// The problem of a control that does not hold a value of its option's type, e.g. letters for a
    /// number.
    std::optional<Problem> typingProblem() const;

    void setSuggestions(const std::string& key, const QStringList& names);
    void setAdvancedShown(bool shown);
    void setTwoColumns(bool two); // cards side by side, or in one column

    /// Shows the Problem under the option it concerns; false if it concerns none.
    bool showProblem(const std::optional<Problem>& problem);

    /// A widget under an option that shows the effect of its value.
    void setNote(const std::string& key, QWidget* note);

Q_SIGNALS:
    void edited();
    void helpRequested(const QString& title, const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Line {
        const Option* option;
        QLabel* label;
        OptionEditor* editor;
        QPushButton* reset;
        QLabel* problem;
        QWidget* note = nullptr;
        QGridLayout* grid;
        int row;
        bool typingFailed = false;
    };
    void addLine(const Option& option, QGridLayout* grid, int row);
    void takeEdit(Line& line);
    void refresh(); // updates editors and reset buttons
    void arrange(); // updates what is visible
    RecipeKind recipe() const;
    Line* lineOf(const std::string& key);

    RunDraft draft_;
    bool advanced_ = false;
    std::map<std::string, Line> lines_;
    std::array<QGroupBox*, 6> groups_{};
    std::array<QVBoxLayout*, 2> columns_{};
    bool twoColumns_ = true;
};

/// The draft without values that equal their defaults.
RunDraft simplified(const RunDraft& draft);

/// The draft as an experiment file: only what it sets.
std::string draftToToml(const RunDraft& draft);

/// The key of the option a Problem concerns: its `where`, else the first word of its text; empty if
/// neither is a key.
std::string optionOf(const Problem& problem);

} // namespace flip::ui
