#include "core/data/import/import.h"
#include "core/spec/options.h"
#include "tests/ui/support/small_dataset.h"
#include "ui/pages/template_page.h"

#include <QFile>
#include <QLabel>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

using namespace flip;
using namespace flip::ui;

/// The sentence of a row as a run of the recipe would read it.
class TemplatePageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        std::filesystem::create_directories(workspace_.models());
        std::filesystem::copy(FLIP_TEST_FIXTURES "/tiny_bert", workspace_.models() / "tiny");
        const auto made = test::importSmallDataset(workspace_, "films", 40);
        QVERIFY2(made.ok(), made.ok() ? "" : made.problem().text().c_str());
        // Imports it again, with rows that have no title.
        const std::filesystem::path source = workspace_.folder() / "source-films";
        QFile rows(QString::fromStdString((source / "clicks.csv").string()));
        QVERIFY(rows.open(QIODevice::ReadWrite));
        const QByteArray untitled = rows.readAll().replace("Film 0", "");
        QVERIFY(rows.resize(0) && rows.seek(0) && rows.write(untitled) == untitled.size());
        rows.close();
        const auto again = importDataset(ImportRequest{.source = source,
                                                       .schema = source / "schema.toml",
                                                       .name = "films",
                                                       .replace = true},
                                         workspace_.datasets());
        QVERIFY2(again.ok(), again.ok() ? "" : again.problem().text().c_str());
    }

    /// The default recipe writes words for an empty value, the published one writes nothing.
    void showsTheSentencesOfTheRecipe() {
        TemplatePage page(workspace_);
        page.show();
        QTRY_VERIFY(tokens(page) > 0);
        const int byDefault = tokens(page);
        page.setRecipe(recipe("published"));
        QTRY_VERIFY(tokens(page) < byDefault);
        page.setRecipe(recipe("default"));
        QTRY_COMPARE(tokens(page), byDefault);
    }

    void ignoresFieldsOfAnotherDatasetThatGiveWay() {
        TemplatePage page(workspace_);
        page.show();
        QTRY_VERIFY(tokens(page) > 0);
        RunSpec other = recipe("published");
        other.text.givesWay = "director";
        const int byDefault = tokens(page);
        page.setRecipe(other);
        QTRY_VERIFY(tokens(page) < byDefault);
    }

private:
    static RunSpec recipe(const char* name) {
        RunDraft draft;
        draft.set("recipe", std::string(name));
        draft.set("data.dataset", std::string("films"));
        return *resolve(draft);
    }

    /// The number of tokens of the row shown; 0 if none is shown.
    static int tokens(const TemplatePage& page) {
        const QRegularExpression facts(QStringLiteral("^(\\d+) tokens, "));
        for (const auto* label : page.findChildren<QLabel*>()) {
            if (const auto found = facts.match(label->text()); found.hasMatch()) {
                return found.captured(1).toInt();
            }
        }
        return 0;
    }

    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());
};

QTEST_MAIN(TemplatePageTest)
#include "template_page_test.moc"
