#include "ui/widgets/option_form.h"

#include "core/spec/option_check.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/option_editor.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <memory>

namespace flip::ui {

namespace {

constexpr int kLabelWidth = 148;
constexpr int kResetWidth = 84;

std::string textIn(const RunDraft& draft, const std::string& key) {
    const auto entry = draft.entries.find(key);
    const OptionValue& value =
        entry == draft.entries.end() ? findOption(key)->defaultValue : entry->second.value;
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
}

/// The current choice; the default if the word in the draft is not a valid choice.
template <Choice E>
E choiceIn(const RunDraft& draft, const std::string& key) {
    const auto& standard = std::get<std::string>(findOption(key)->defaultValue);
    return choiceOf<E>(textIn(draft, key)).value_or(*choiceOf<E>(standard));
}

} // namespace

RunDraft simplified(const RunDraft& draft) {
    const auto recipe = choiceIn<RecipeKind>(draft, "recipe");
    RunDraft result;
    for (const auto& [key, entry] : draft.entries) {
        const Option* option = findOption(key);
        if (option != nullptr) {
            const auto typed = withOptionType(*option, entry.value, key);
            if (typed && *typed == option->defaultFor(recipe)) {
                continue;
            }
        }
        result.set(key, entry.value, key);
    }
    return result;
}

std::string draftToToml(const RunDraft& draft) {
    std::string toml;
    std::string table;
    for (const Option& option : options()) {
        const auto entry = draft.entries.find(option.key);
        if (entry == draft.entries.end() && option.key != "kind") {
            continue;
        }
        const auto dot = option.key.find('.');
        const std::string head = dot == std::string::npos ? "" : option.key.substr(0, dot);
        if (head != table) {
            table = head;
            toml += "\n[" + table + "]\n";
        }
        toml +=
            option.key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " +
            formatValue(entry == draft.entries.end() ? option.defaultValue : entry->second.value) +
            "\n";
    }
    return toml;
}

std::string optionOf(const Problem& problem) {
    if (findOption(problem.where) != nullptr) {
        return problem.where;
    }
    const std::string first = problem.what.substr(0, problem.what.find_first_of(" :"));
    return findOption(first) == nullptr ? std::string() : first;
}

OptionForm::OptionForm(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace4);
    for (QVBoxLayout*& column : columns_) {
        column = new QVBoxLayout;
        column->setSpacing(kSpace4);
        row->addLayout(column, 1);
    }
    std::array<QGridLayout*, 6> grids{};
    std::array<int, 6> rows{};
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        groups_[i] = new QGroupBox(tr(groupTitle(OptionGroup(i))), this);
        grids[i] = new QGridLayout(groups_[i]);
        grids[i]->setContentsMargins(0, 0, 0, 0);
        grids[i]->setHorizontalSpacing(kSpace2);
        grids[i]->setVerticalSpacing(kSpace2);
        grids[i]->setColumnMinimumWidth(0, kLabelWidth);
        grids[i]->setColumnStretch(1, 1);
        grids[i]->setColumnMinimumWidth(2, kResetWidth);
    }
    for (const Option& option : options()) {
        const auto group = static_cast<std::size_t>(option.group);
        addLine(option, grids[group], rows[group]);
        rows[group] += 3; // the option, its note, its problem
    }
    setTwoColumns(true);
    refresh();
}

void OptionForm::addLine(const Option& option, QGridLayout* grid, int row) {
    Line line{.option = &option,
              .label = new QLabel(QString::fromStdString(option.label), this),
              .editor = new OptionEditor(option, this),
              .reset = new QPushButton(this),
              .problem = new QLabel(this),
              .grid = grid,
              .row = row};
    const auto key = QString::fromStdString(option.key);
    const QString tip = QStringLiteral("%1\n%2").arg(QString::fromStdString(option.help), key);
    line.label->setToolTip(tip);
    line.label->setWordWrap(true);
    line.label->setBuddy(line.editor);
    line.label->setFixedWidth(kLabelWidth);
    line.editor->setToolTip(tip);
    line.editor->setObjectName(key);
    line.reset->setProperty("kind", "quiet");
    line.reset->setIcon(icon(QStringLiteral("reset")));
    line.problem->setProperty("kind", "problem");
    line.problem->setWordWrap(true);
    line.problem->hide();
    grid->addWidget(line.label, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
    grid->addWidget(line.editor, row, 1);
    grid->addWidget(line.reset, row, 2, Qt::AlignRight);
    grid->addWidget(line.problem, row + 2, 1, 1, 2);
    for (QObject* watched : {static_cast<QObject*>(line.label), static_cast<QObject*>(line.editor),
                             static_cast<QObject*>(line.editor->focusProxy())}) {
        watched->installEventFilter(this);
        watched->setProperty("option", key);
    }
    const auto place = lines_.emplace(option.key, line).first;
    connect(line.editor, &OptionEditor::edited, this, [this, place] { takeEdit(place->second); });
    connect(line.reset, &QPushButton::clicked, this, [this, place] {
        draft_.entries.erase(place->first);
        place->second.typingFailed = false;
        refresh();
        Q_EMIT edited();
    });
}

void OptionForm::takeEdit(Line& line) {
    const std::optional<OptionValue> value = line.editor->value();
    line.typingFailed = !value.has_value();
    if (value) {
        const std::string& key = line.option->key;
        if (*value == line.option->defaultFor(recipe()) && key != "recipe") {
            draft_.entries.erase(key);
        } else {
            draft_.set(key, *value, key);
        }
        refresh();
    }
    Q_EMIT edited();
}

void OptionForm::setDraft(const RunDraft& draft) {
    draft_ = simplified(draft);
    for (auto& [key, line] : lines_) {
        line.typingFailed = false;
    }
    refresh();
    Q_EMIT edited();
}

void OptionForm::set(const std::string& key, OptionValue value) {
    RunDraft draft = draft_;
    draft.set(key, std::move(value), key);
    setDraft(draft);
}

std::optional<Problem> OptionForm::typingProblem() const {
    for (const auto& [key, line] : lines_) {
        if (line.typingFailed) {
            return Problem{"is not " + allowedValues(*line.option), key};
        }
    }
    return std::nullopt;
}

void OptionForm::setSuggestions(const std::string& key, const QStringList& names) {
    if (Line* line = lineOf(key)) {
        line->editor->setSuggestions(names);
    }
}

void OptionForm::setAdvancedShown(bool shown) {
    advanced_ = shown;
    arrange();
}

bool OptionForm::showProblem(const std::optional<Problem>& problem) {
    const std::string about = problem ? optionOf(*problem) : std::string();
    for (auto& [key, line] : lines_) {
        const bool here = key == about;
        line.editor->setProblem(here);
        line.problem->setVisible(here);
        if (here) {
            line.problem->setText(QString::fromStdString(problem->what));
        }
    }
    arrange();
    return !about.empty();
}

void OptionForm::setNote(const std::string& key, QWidget* note) {
    if (Line* line = lineOf(key)) {
        line->note = note;
        line->grid->addWidget(note, line->row + 1, 1, 1, 2);
        arrange();
    }
}

void OptionForm::refresh() {
    const RecipeKind now = recipe();
    for (auto& [key, line] : lines_) {
        const auto entry = draft_.entries.find(key);
        const OptionValue& standard = line.option->defaultFor(now);
        if (!line.typingFailed) {
            line.editor->setValue(entry == draft_.entries.end() ? standard : entry->second.value);
        }
        const bool changed =
            (entry != draft_.entries.end() && key != "data.dataset") || line.typingFailed;
        const QString text = plainText(standard);
        const bool brief = !text.isEmpty() && text.size() <= 10;
        line.reset->setText(brief ? text : QString());
        line.reset->setToolTip(
            tr("Reset to the default: %1").arg(text.isEmpty() ? tr("empty") : text));
        line.reset->setAccessibleName(
            tr("Reset %1").arg(QString::fromStdString(line.option->label)));
        line.reset->setVisible(changed);
    }
    arrange();
}

void OptionForm::arrange() {
    const auto kind = choiceIn<RunKind>(draft_, "kind");
    const auto branches = choiceIn<Branches>(draft_, "finetune.branches");
    const auto backbone = choiceIn<BackboneKind>(draft_, "id.backbone");
    for (auto& [key, line] : lines_) {
        const bool wanted = advanced_ || !line.option->advanced || draft_.entries.contains(key);
        const bool shown = (wanted && optionIsRead(*line.option, kind, branches, backbone)) ||
                           !line.problem->isHidden();
        line.label->setVisible(shown);
        line.editor->setVisible(shown);
        if (line.note != nullptr) {
            line.note->setVisible(shown);
        }
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        groups_[i]->setVisible(groupIsRead(static_cast<OptionGroup>(i), kind, branches));
    }
}

RecipeKind OptionForm::recipe() const {
    return choiceIn<RecipeKind>(draft_, "recipe");
}

OptionForm::Line* OptionForm::lineOf(const std::string& key) {
    const auto found = lines_.find(key);
    return found == lines_.end() ? nullptr : &found->second;
}

void OptionForm::setTwoColumns(bool two) {
    if (two == twoColumns_ && columns_[0]->count() > 0) {
        return;
    }
    twoColumns_ = two;
    for (QVBoxLayout* column : columns_) {
        while (column->count() > 0) {
            const std::unique_ptr<QLayoutItem> item(column->takeAt(0)); // the form owns the card
        }
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const bool right = two && i >= static_cast<std::size_t>(OptionGroup::Pretraining);
        columns_[right ? 1 : 0]->addWidget(groups_[i]);
    }
    for (QVBoxLayout* column : columns_) {
        column->addStretch(1);
    }
    auto* row = static_cast<QHBoxLayout*>(layout());
    row->setSpacing(two ? kSpace4 : 0);
    row->setStretch(1, two ? 1 : 0);
}

bool OptionForm::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Enter || event->type() == QEvent::FocusIn) {
        const Option* option = findOption(watched->property("option").toString().toStdString());
        if (option != nullptr) {
            const OptionValue& standard = option->defaultFor(recipe());
            const QString text = plainText(standard);
            Q_EMIT helpRequested(QString::fromStdString(option->label),
                                 tr("%1 Default: %2. Key: %3")
                                     .arg(QString::fromStdString(option->help),
                                          text.isEmpty() ? tr("empty") : text,
                                          QString::fromStdString(option->key)));
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace flip::ui
