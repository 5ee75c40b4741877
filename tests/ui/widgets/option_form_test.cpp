#include "ui/widgets/option_form.h"

#include "ui/widgets/option_editor.h"

#include <QGroupBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace flip;
using flip::ui::OptionEditor;
using flip::ui::OptionForm;

namespace {

/// A valid value that is not the default.
OptionValue otherValue(const Option& option) {
    switch (option.type) {
    case OptionType::Integer: {
        const auto standard = std::get<std::int64_t>(option.defaultValue);
        return static_cast<double>(standard) + 1 <= option.maximum ? standard + 1 : standard - 1;
    }
    case OptionType::Real: {
        const double standard = std::get<double>(option.defaultValue);
        return standard + 0.25 <= option.maximum ? standard + 0.25 : standard - 0.125;
    }
    case OptionType::Text:
        return std::string("other {words} é");
    case OptionType::Choice:
        return option.choices.front() == std::get<std::string>(option.defaultValue)
                   ? option.choices.back()
                   : option.choices.front();
    case OptionType::IntegerList:
        return std::vector<std::int64_t>{7, 5, 3};
    case OptionType::ChoiceList:
        return std::vector<std::string>{option.choices.back()};
    }
    return {};
}

OptionEditor* editorOf(OptionForm& form, const char* key) {
    return form.findChild<OptionEditor*>(QString::fromLatin1(key));
}

} // namespace

class OptionFormTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyOptionHasAControlThatHoldsItsValue_data() {
        QTest::addColumn<QString>("key");
        for (const Option& option : options()) {
            QTest::newRow(option.key.c_str()) << QString::fromStdString(option.key);
        }
    }

    void everyOptionHasAControlThatHoldsItsValue() {
        QFETCH(QString, key);
        const Option& option = *findOption(key.toStdString());
        OptionEditor editor(option);
        QCOMPARE(*editor.value(), option.defaultValue);
        QSignalSpy edited(&editor, &OptionEditor::edited);
        const OptionValue other = otherValue(option);
        editor.setValue(other);
        QVERIFY(editor.value().has_value());
        QCOMPARE(*editor.value(), other);
        QCOMPARE(edited.count(), 0); // only the user edits
    }

    void aDraftRoundTripsThroughTheForm() {
        RunDraft draft;
        for (const Option& option : options()) {
            if (option.key != "recipe") {
                draft.set(option.key, otherValue(option), option.key);
            }
        }
        OptionForm form;
        form.setDraft(draft);
        const auto again = readExperiment(ui::draftToToml(form.draft()), "again.toml");
        QVERIFY2(again.ok(), again.ok() ? "" : again.problem().text().c_str());
        QCOMPARE(again->entries.size(), draft.entries.size());
        for (const auto& [key, entry] : draft.entries) {
            QCOMPARE(again->entries.at(key).value, entry.value);
        }
    }

    void aValueEqualToTheDefaultIsNoChange() {
        OptionForm form;
        form.set("seed", std::int64_t{1});
        QVERIFY(form.draft().entries.empty());
        form.set("seed", std::int64_t{2});
        QCOMPARE(form.draft().entries.size(), std::size_t{1});
    }

    void resetRestoresTheDefault() {
        OptionForm form;
        form.set("pretrain.epochs", std::int64_t{3});
        form.show();
        QSignalSpy edited(&form, &OptionForm::edited);
        for (auto* button : form.findChildren<QPushButton*>()) {
            if (!button->isHidden()) {
                button->click();
            }
        }
        QCOMPARE(edited.count(), 1);
        QVERIFY(form.draft().entries.empty());
        QCOMPARE(*editorOf(form, "pretrain.epochs")->value(),
                 findOption("pretrain.epochs")->defaultValue);
    }

    void theRecipeChangesDefaults() {
        OptionForm form;
        const Option* changed = nullptr;
        for (const Option& option : options()) {
            if (option.publishedDefault) {
                changed = &option;
                break;
            }
        }
        QVERIFY(changed != nullptr);
        form.set("recipe", std::string("published"));
        QCOMPARE(*editorOf(form, changed->key.c_str())->value(), *changed->publishedDefault);
        form.set("recipe", std::string("default"));
        QCOMPARE(*editorOf(form, changed->key.c_str())->value(), changed->defaultValue);
    }

    void hidesOptionsWithoutEffect_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("branches");
        QTest::addColumn<QStringList>("shown");
        const QStringList all{"Run", "Data",        "Text and language model",
                              "Ids", "Pretraining", "Finetuning"};
        const auto without = [&](const QString& title) {
            QStringList rest = all;
            rest.removeAll(title);
            return rest;
        };
        QTest::newRow("flip") << "flip"
                              << "joint" << all;
        QTest::newRow("flip, id branch only") << "flip"
                                              << "id" << all;
        QTest::newRow("pretrain") << "pretrain"
                                  << "joint" << without("Finetuning");
        QTest::newRow("finetune") << "finetune"
                                  << "joint" << without("Pretraining");
        QTest::newRow("id branch only") << "finetune"
                                        << "id" << QStringList{"Run", "Data", "Ids", "Finetuning"};
        QTest::newRow("text branch only")
            << "finetune"
            << "text" << QStringList{"Run", "Data", "Text and language model", "Finetuning"};
    }

    void hidesOptionsWithoutEffect() {
        QFETCH(QString, kind);
        OptionForm form;
        QFETCH(QString, branches);
        form.set("kind", kind.toStdString());
        form.set("finetune.branches", branches.toStdString());
        QStringList titles;
        for (const QGroupBox* group : form.findChildren<QGroupBox*>()) {
            if (!group->isHidden()) {
                titles << group->title();
            }
        }
        QFETCH(QStringList, shown);
        QCOMPARE(titles, shown);
        const auto backbone =
            choiceOf<BackboneKind>(std::get<std::string>(findOption("id.backbone")->defaultValue));
        for (const Option& option : options()) {
            const bool isRead =
                optionIsRead(option, choiceOf<RunKind>(kind.toStdString()).value(),
                             choiceOf<Branches>(branches.toStdString()).value(), backbone.value());
            const OptionEditor* editor = editorOf(form, option.key.c_str());
            const bool visible = editor->isVisibleTo(&form);
            const bool set = option.key == "kind" || option.key == "finetune.branches";
            QVERIFY2(visible == (isRead && (set || !option.advanced)), option.key.c_str());
        }
    }

    void aProblemIsShownAtItsOption() {
        OptionForm form;
        QVERIFY(form.showProblem(Problem{"must be above 0", "pretrain.learning_rate"}));
        QVERIFY(form.showProblem(Problem{"plm.path names no model", "a.toml:3"}));
        QVERIFY(!form.showProblem(Problem{"the disk is full", "/work"}));
        QVERIFY(!form.showProblem(std::nullopt));
    }

    void lettersForANumberAreReportedAndKept() {
        OptionForm form;
        auto* line = editorOf(form, "pretrain.learning_rate")->findChild<QLineEdit*>();
        QVERIFY(line != nullptr);
        line->clear();
        QTest::keyClicks(line, "fast");
        QVERIFY(form.typingProblem().has_value());
        QCOMPARE(form.typingProblem()->where, std::string("pretrain.learning_rate"));
        QCOMPARE(line->text(), QStringLiteral("fast"));
        line->clear();
        QTest::keyClicks(line, "3e-4");
        QVERIFY(!form.typingProblem().has_value());
        QCOMPARE(std::get<double>(form.draft().entries.at("pretrain.learning_rate").value), 3e-4);
    }
};

QTEST_MAIN(OptionFormTest)
#include "option_form_test.moc"
