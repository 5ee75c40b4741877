#include "ui/widgets/option_editor.h"

#include "ui/widgets/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStyle>

#include <algorithm>
#include <limits>

namespace flip::ui {

namespace {

constexpr int kNumberWidth = 128;

/// Wheel turns over a control that has no focus scroll the form instead of changing the value.
class WheelGuard : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override {
        auto* widget = static_cast<QWidget*>(watched);
        if (event->type() == QEvent::Wheel && !widget->hasFocus()) {
            event->ignore();
            return true;
        }
        return QObject::eventFilter(watched, event);
    }
};

std::optional<OptionValue> valueFrom(const QString& text, OptionType type) {
    bool ok = true;
    if (type == OptionType::Text || type == OptionType::Choice) {
        return OptionValue(text.toStdString());
    }
    if (type == OptionType::Integer) {
        const qlonglong number = text.toLongLong(&ok);
        return ok ? std::optional<OptionValue>(std::int64_t{number}) : std::nullopt;
    }
    if (type == OptionType::Real) {
        const double number = text.toDouble(&ok);
        return ok ? std::optional<OptionValue>(number) : std::nullopt;
    }
    std::vector<std::int64_t> numbers;
    static const QRegularExpression separator(QStringLiteral("[,\\s]+"));
    for (const QString& part : text.split(separator, Qt::SkipEmptyParts)) {
        numbers.push_back(part.toLongLong(&ok));
        if (!ok) {
            return std::nullopt;
        }
    }
    return OptionValue(std::move(numbers));
}

bool namesSomething(const std::string& key) {
    return key == "data.dataset" || key == "plm.path" || key == "finetune.from" || key == "device";
}

} // namespace

QString plainText(const OptionValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return QString::fromStdString(*text);
    }
    QString text = QString::fromStdString(formatValue(value));
    return text.remove(QLatin1Char('[')).remove(QLatin1Char(']')).remove(QLatin1Char('"'));
}

OptionEditor::OptionEditor(const Option& option, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    if (option.type == OptionType::ChoiceList) {
        makeTicks(option);
    } else if (option.type == OptionType::Choice || namesSomething(option.key)) {
        makeChoice(option);
    } else if (option.type == OptionType::Integer &&
               option.maximum <= std::numeric_limits<int>::max()) {
        makeInteger(option);
    } else if (option.key == "text.template") {
        makeText(option);
    } else {
        makeLine(option);
    }
    if (!option.unit.empty()) {
        row->addWidget(captionLabel(QString::fromStdString(option.unit), this));
    }
    if (option.type == OptionType::Integer || option.type == OptionType::Real) {
        row->addStretch();
    }
    setValue(option.defaultValue);
}

void OptionEditor::adopt(QWidget* control, const Option& option) {
    control_ = control;
    control->setAccessibleName(QString::fromStdString(option.label));
    control->setAccessibleDescription(QString::fromStdString(option.help));
    control->setFocusPolicy(Qt::StrongFocus);
    control->installEventFilter(new WheelGuard(control));
    if (control->minimumWidth() == 0) {
        control->setMinimumWidth(96);
    }
    layout()->addWidget(control);
    setFocusProxy(control);
}

void OptionEditor::makeInteger(const Option& option) {
    auto* box = new QSpinBox(this);
    box->setRange(static_cast<int>(std::max(option.minimum, -1e9)),
                  static_cast<int>(option.maximum));
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setKeyboardTracking(true);
    box->setFixedWidth(kNumberWidth);
    adopt(box, option);
    read_ = [box] { return OptionValue(std::int64_t{box->value()}); };
    write_ = [box](const OptionValue& value) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            box->setValue(static_cast<int>(*number));
        }
    };
    connect(box, &QSpinBox::valueChanged, this, &OptionEditor::edited);
}

void OptionEditor::makeLine(const Option& option) {
    auto* line = new QLineEdit(this);
    adopt(line, option);
    if (option.type == OptionType::Real || option.type == OptionType::Integer) {
        line->setFixedWidth(kNumberWidth);
    }
    read_ = [line, type = option.type] { return valueFrom(line->text().trimmed(), type); };
    write_ = [line](const OptionValue& value) { line->setText(plainText(value)); };
    connect(line, &QLineEdit::textEdited, this, &OptionEditor::edited);
}

void OptionEditor::makeText(const Option& option) {
    auto* text = new QPlainTextEdit(this);
    text->setFixedHeight(72);
    text->setTabChangesFocus(true);
    text->setPlaceholderText(tr("<field> is {field}. for every field"));
    adopt(text, option);
    read_ = [text] { return OptionValue(text->toPlainText().simplified().toStdString()); };
    write_ = [text](const OptionValue& value) { text->setPlainText(plainText(value)); };
    connect(text, &QPlainTextEdit::textChanged, this, &OptionEditor::edited);
}

void OptionEditor::makeChoice(const Option& option) {
    auto* box = new QComboBox(this);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    adopt(box, option);
    for (const std::string& choice : option.choices) {
        box->addItem(QString::fromStdString(choice));
    }
    if (option.type != OptionType::Choice) {
        box->setEditable(true);
        box->setInsertPolicy(QComboBox::NoInsert);
        box->lineEdit()->setAccessibleName(QString::fromStdString(option.label));
        suggestions_ = box;
        connect(box, &QComboBox::editTextChanged, this, &OptionEditor::edited);
    } else {
        connect(box, &QComboBox::currentIndexChanged, this, &OptionEditor::edited);
    }
    read_ = [box] { return OptionValue(box->currentText().trimmed().toStdString()); };
    write_ = [box](const OptionValue& value) {
        const QString text = plainText(value);
        box->setCurrentIndex(box->findText(text));
        if (box->isEditable()) {
            box->setEditText(text);
            box->lineEdit()->setCursorPosition(0);
        }
    };
}

void OptionEditor::makeTicks(const Option& option) {
    auto* group = new QWidget(this);
    auto* row = new QHBoxLayout(group);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace3);
    std::vector<QCheckBox*> boxes;
    for (const std::string& choice : option.choices) {
        auto* box = new QCheckBox(QString::fromStdString(choice), group);
        row->addWidget(box);
        boxes.push_back(box);
        connect(box, &QCheckBox::toggled, this, &OptionEditor::edited);
    }
    row->addStretch();
    adopt(group, option);
    group->setFocusPolicy(Qt::NoFocus);
    setFocusProxy(boxes.front());
    read_ = [boxes] {
        std::vector<std::string> ticked;
        for (const QCheckBox* box : boxes) {
            if (box->isChecked()) {
                ticked.push_back(box->text().toStdString());
            }
        }
        return OptionValue(std::move(ticked));
    };
    write_ = [boxes](const OptionValue& value) {
        const auto* ticked = std::get_if<std::vector<std::string>>(&value);
        for (QCheckBox* box : boxes) {
            box->setChecked(ticked != nullptr &&
                            std::ranges::find(*ticked, box->text().toStdString()) != ticked->end());
        }
    };
}

void OptionEditor::setValue(const OptionValue& value) {
    const std::optional<OptionValue> now = read_();
    if (now && *now == value) {
        return;
    }
    const QSignalBlocker quiet(this);
    write_(value);
}

void OptionEditor::setSuggestions(const QStringList& names) {
    if (suggestions_ == nullptr) {
        return;
    }
    const QSignalBlocker quiet(suggestions_);
    const QString text = suggestions_->currentText();
    suggestions_->clear();
    suggestions_->addItems(names);
    suggestions_->setCurrentIndex(suggestions_->findText(text));
    suggestions_->setEditText(text);
    suggestions_->lineEdit()->setCursorPosition(0);
}

void OptionEditor::setProblem(bool isProblem) {
    if (control_->property("problem").toBool() == isProblem) {
        return;
    }
    control_->setProperty("problem", isProblem);
    restyle(control_);
}

} // namespace flip::ui
