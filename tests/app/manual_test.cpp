#include "app/window_options.h"
#include "core/base/version.h"
#include "tests/app/manual_files.h"

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QStandardPaths>

using namespace flip::test;

/// Compares the pages of flip-manual with the commands and the table of options, so that a new
/// command or option that has no description fails a test.
class ManualTest : public QObject, ManualFiles {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { make(); }

    void pageDescribesACommandAndItsArguments_data() { addCommands(); }
    void pageDescribesACommandAndItsArguments();
    void everyValueHasItsOwnName_data() { addCommands(); }
    void everyValueHasItsOwnName();
    void programPageListsEveryCommand();
    void windowPageDescribesEveryOption();
    void experimentPageDescribesEveryOption_data() { addKeys(); }
    void experimentPageDescribesEveryOption();
    void environmentListsEveryVariableThatIsRead();
    void pagesReferToExistingPages();
    void pageIsWellFormed_data();
    void pageIsWellFormed();
    void refusesAMissingFolder();
    void reportsWhatCannotBeWritten();
};

void ManualTest::pageDescribesACommandAndItsArguments() {
    QFETCH(QString, words);
    const QStringList path = words.split(' ');
    const QString source = contentOf(file("man/man1/" + path.mid(0, 2).join('-') + ".1"));
    QVERIFY2(!source.isEmpty(), "no page");
    const QString page = readable(source);
    const CLI::App& command = commandOf(words);
    QVERIFY(page.contains(text(command.get_description()).mid(1))); // its first letter is a capital
    // A subcommand has its own part of the page, since others may have an option of the same name.
    QString part = page;
    if (path.size() > 2) {
        const auto begin = page.indexOf(".SS \"" + words + "\"");
        QVERIFY(begin >= 0);
        part = page.mid(begin, page.indexOf(".S", begin + 1) - begin);
    }
    for (const CLI::Option* option : command.get_options()) {
        if (option == command.get_help_ptr()) {
            QVERIFY(page.contains("--help"));
            continue;
        }
        const QString shown = text(option->get_option_text().empty() ? option->get_type_name()
                                                                     : option->get_option_text());
        const QString name = option->get_positional() ? shown : text(option->get_name());
        const QString term = option->get_positional() || option->get_items_expected_max() == 0
                                 ? name
                                 : name + " " + shown;
        QString help = text(option->get_description());
        help.replace(QRegularExpression("'(flip [^']*)'"), "\\1"); // bold in the page
        QVERIFY2(part.contains(".TP\n" + term + "\n" + help[0].toUpper() + help.mid(1) + "."),
                 qPrintable(term));
    }
    if (path.size() > 1) {
        QVERIFY(page.contains("--workspace DIR"));
    }
}

/// Shells complete by the value's name and users read it; CLI11's default type names serve neither.
void ManualTest::everyValueHasItsOwnName() {
    QFETCH(QString, words);
    for (const CLI::Option* option : commandOf(words).get_options()) {
        if (option->get_items_expected_max() > 0) {
            static const QRegularExpression defaultName("^(INT|UINT|FLOAT|BOOLEAN|ENUM|)$|[:{\\[]");
            const QString name = text(option->get_type_name());
            const QString what = text(option->get_name()) + " takes '" + name +
                                 "'; give it a type_name (app/manual/command_tree.h)";
            QVERIFY2(!defaultName.match(name).hasMatch(), qPrintable(what));
            QVERIFY2(name != "TEXT" || option->get_name() == "--template", qPrintable(what));
        }
    }
}

void ManualTest::programPageListsEveryCommand() {
    const QString page = readable(contentOf(file("man/man1/flip.1")));
    QVERIFY(page.contains(QString("FLIP Workbench ") + flip::programVersion()));
    for (const CLI::App* command : app_.get_subcommands({})) {
        QVERIFY(page.contains(".TP\nflip " + text(command->get_name()) + "\n"));
    }
}

void ManualTest::windowPageDescribesEveryOption() {
    const QString page = readable(contentOf(file("man/man1/flip-workbench.1")));
    for (const flip::WindowOption& option : flip::kWindowOptions) {
        QVERIFY(page.contains(QString(".TP\n--%1 %2\n").arg(option.name, option.value)));
    }
    QVERIFY(page.contains(QString("[%1]...").arg(flip::kWindowArgument.name)));
}

void ManualTest::experimentPageDescribesEveryOption() {
    QFETCH(QString, key);
    const flip::Option& option = *flip::findOption(key.toStdString());
    const QString page = readable(contentOf(file("man/man5/flip-experiment.5")));
    const auto begin =
        page.indexOf(".TP\n" + key + " = " + text(flip::formatValue(option.defaultValue)) + "\n");
    QVERIFY(begin >= 0);
    const QString entry = page.mid(begin, page.indexOf("\n.", begin + 4) - begin);
    QVERIFY(entry.contains(text(option.help)));
    for (const std::string& choice : option.choices) {
        QVERIFY2(entry.contains(text(choice)), choice.c_str());
    }
    QCOMPARE(entry.contains("Recipe published: "), option.publishedDefault.has_value());
    using flip::Branches;
    using flip::RunKind;
    const flip::BackboneKind backbone =
        option.backbones.empty() ? flip::BackboneKind::Lr : option.backbones.front();
    QCOMPARE(entry.contains("with the backbone "), !option.backbones.empty());
    // The branches are named only if the kind of run alone does not decide whether it is read.
    const QString readers = entry.mid(entry.lastIndexOf("Read if"));
    if (flip::optionIsRead(option, RunKind::Pretrain, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Flip, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Finetune, Branches::Text, backbone)) {
        QVERIFY(entry.contains("Read by every run"));
        return;
    }
    QVERIFY(entry.contains("Read if kind is "));
    QCOMPARE(readers.contains("pretrain"),
             flip::optionIsRead(option, RunKind::Pretrain, Branches::Joint, backbone));
    QCOMPARE(readers.contains("finetune.branches is"),
             !flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) !=
                     !flip::optionIsRead(option, RunKind::Finetune, Branches::Text, backbone) ||
                 !flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) !=
                     !flip::optionIsRead(option, RunKind::Finetune, Branches::Joint, backbone));
}

void ManualTest::environmentListsEveryVariableThatIsRead() {
    static const QRegularExpression reads("(?:environment|getenv)\\(\"(\\w+)\"\\)");
    const QString page = readable(contentOf(file("man/man1/flip.1")));
    const QString part = page.mid(page.indexOf(".SH \"ENVIRONMENT\""));
    int found = 0;
    for (const char* folder : {"app", "core"}) {
        QDirIterator walk(QString(FLIP_SOURCE_DIR) + "/" + folder, {"*.cpp"}, QDir::Files,
                          QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            const QString source = contentOf(walk.next());
            for (auto match = reads.globalMatch(source); match.hasNext(); ++found) {
                const QString name = match.next().captured(1);
                QVERIFY2(part.contains(".TP\n" + name + "\n"), qPrintable(name));
            }
        }
    }
    QVERIFY(found >= 4);
}

void ManualTest::pagesReferToExistingPages() {
    static const QRegularExpression reference("\\\\fB([\\w\\\\-]+)\\\\fR\\((\\d)\\)");
    QDirIterator walk(file("man"), QDir::Files, QDirIterator::Subdirectories);
    int found = 0;
    while (walk.hasNext()) {
        const QString page = walk.next();
        for (auto match = reference.globalMatch(contentOf(page)); match.hasNext(); ++found) {
            const auto to = match.next();
            const QString name = readable(to.captured(1));
            QVERIFY2(
                QFile::exists(file("man/man" + to.captured(2) + "/" + name + "." + to.captured(2))),
                qPrintable(page + ": " + name));
        }
    }
    QVERIFY(found > 10);
}

void ManualTest::pageIsWellFormed_data() {
    QTest::addColumn<QString>("page");
    QDirIterator walk(file("man"), QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        const QString page = walk.next();
        QTest::newRow(qPrintable(QFileInfo(page).fileName())) << page;
    }
}

void ManualTest::pageIsWellFormed() {
    QFETCH(QString, page);
    const QString source = contentOf(page);
    for (const char16_t c : source.toStdU16String()) {
        QVERIFY(c < 0x80); // readable in any encoding
    }
    const QString man = QStandardPaths::findExecutable("man");
    const QString groff = QStandardPaths::findExecutable("groff");
    if (groff.isEmpty()) {
        QSKIP("groff is not installed");
    }
    const Ended set = finish(groff, {"-man", "-ww", "-Tutf8", "-z", page});
    QCOMPARE(set.err, QString());
    QCOMPARE(set.code, 0);
    if (!man.isEmpty()) {
        const Ended shown = finish(man, {"--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page});
        QCOMPARE(shown.err, QString());
        QCOMPARE(shown.code, 0);
    }
}

void ManualTest::refusesAMissingFolder() {
    const Ended output = finish(FLIP_TEST_MANUAL_PROGRAM, {});
    QCOMPARE(output.code, 2);
    QVERIFY(output.err.contains("usage"));
}

void ManualTest::reportsWhatCannotBeWritten() {
    const Ended output = finish(FLIP_TEST_MANUAL_PROGRAM, {"/proc/no"});
    QCOMPARE(output.code, 1);
    QVERIFY2(output.err.contains("/proc/no/"), qPrintable(output.err));
    QCOMPARE(output.err.trimmed().count('\n'), 0);
}

QTEST_GUILESS_MAIN(ManualTest)
#include "manual_test.moc"
