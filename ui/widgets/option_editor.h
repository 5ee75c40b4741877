#pragma once

#include "core/spec/options.h"

#include <QStringList>
#include <QWidget>

#include <functional>
#include <optional>

class QComboBox;

namespace flip::ui {

/// The control of one option with its unit: a spin box, a line edit, a list or check boxes,
/// depending on the type of the option.
class OptionEditor : public QWidget {
    Q_OBJECT
public:
    explicit OptionEditor(const Option& option, QWidget* parent = nullptr);

    std::optional<OptionValue> value() const { return read_(); } // empty: not of the option's type
    void setValue(const OptionValue& value);                     // without emitting edited()

    /// Names to choose from, for options that name something in the workspace.
    void setSuggestions(const QStringList& names);

    void setProblem(bool isProblem); // a red border

Q_SIGNALS:
    void edited();

private:
    void makeInteger(const Option& option);
    void makeLine(const Option& option);
    void makeText(const Option& option);
    void makeChoice(const Option& option);
    void makeTicks(const Option& option);
    void adopt(QWidget* control, const Option& option);

    QWidget* control_ = nullptr;
    QComboBox* suggestions_ = nullptr; // null if names cannot be suggested
    std::function<std::optional<OptionValue>()> read_;
    std::function<void(const OptionValue&)> write_;
};

/// A value as readable text: formatValue() without quotes and brackets.
QString plainText(const OptionValue& value);

} // namespace flip::ui
