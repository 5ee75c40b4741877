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

/// The schema table as a form: a card for each group, a line for each option with its name, its
/// control, its unit and, once changed, a button back to its default. Holds what differs from the
/// defaults as a draft. Options without effect in this kind of run are not shown.
class OptionForm : public QWidget {
    Q_OBJECT
public:
    explicit OptionForm(QWidget* parent = nullptr);

    const RunDraft& draft() const { return draft_; }
    void setDraft(const RunDraft& draft);
    void set(const std::string& key, OptionValue value);

    /// A control that does not hold a value of its option's type, e.g. letters for a number.
    std::optional<Problem> typingProblem() const;

    void setSuggestions(const std::string& key, const QStringList& names);
    void setAdvancedShown(bool shown);
    void setTwoColumns(bool two); // cards side by side, or all below each other

    /// Puts the Problem under the option it is about; true if there is one.
    bool showProblem(const std::optional<Problem>& problem);

    /// A widget under an option: what its value will do.
    void setNote(const std::string& key, QWidget* note);

Q_SIGNALS:
    void edited();
    void helpWanted(const QString& title, const QString& text);

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
    void refresh(); // editors and reset buttons from the draft
    void arrange(); // what is visible
    RecipeKind recipe() const;
    Line* lineOf(const std::string& key);

    RunDraft draft_;
    bool advanced_ = false;
    std::map<std::string, Line> lines_;
    std::array<QGroupBox*, 6> groups_{};
    std::array<QVBoxLayout*, 2> columns_{};
    bool twoColumns_ = true;
};

/// The draft without what equals the defaults.
RunDraft simplified(const RunDraft& draft);

/// The draft as an experiment file: only what it sets.
std::string draftToToml(const RunDraft& draft);

/// The option a Problem is about: by its `where`, else by the key its text begins with; may be
/// empty.
std::string optionOf(const Problem& problem);

} // namespace flip::ui
