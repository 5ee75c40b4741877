#include "app/command/unknown_argument.h"

#include "app/command/command.h"
#include "app/command/program.h"

#include <CLI/CLI.hpp>
#include <QtTest/QtTest>

using namespace flip::command;

class UnknownArgumentTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesTheUnknownArgument_data();
    void namesTheUnknownArgument();
    void returnsNothingIfAllAreKnown_data();
    void returnsNothingIfAllAreKnown();

private:
    static QString unknownIn(const QString& line) {
        CLI::App app;
        Context context;
        buildProgram(app, context);
        std::vector<std::string> words;
        for (const QString& word : line.split(' ').mid(1)) {
            words.push_back(word.toStdString());
        }
        return QString::fromStdString(unknownArgument(app, words).value_or(""));
    }
};

void UnknownArgumentTest::namesTheUnknownArgument_data() {
    QTest::addColumn<QString>("message");
    const auto row = [](const char* line, const char* message) { QTest::newRow(line) << message; };
    row("flip imprt x",
        "'flip' has no command \"imprt\"; did you mean \"import\"? See 'flip --help'");
    row("flip runs lst",
        "'flip runs' has no command \"lst\"; did you mean \"list\"? See 'flip runs --help'");
    row("flip --workspace runs runs lst",
        "'flip runs' has no command \"lst\"; did you mean \"list\"? See 'flip runs --help'");
    row("flip datasets shw x", "'flip datasets' has no command \"shw\"; did you mean \"show\"? See "
                               "'flip datasets --help'");
    row("flip runs list --jsn",
        "'flip runs list' has no option \"--jsn\"; did you mean \"--json\"? "
        "See 'flip runs list --help'");
    row("flip run x.toml --sett=a=b",
        "'flip run' has no option \"--sett\"; did you mean \"--set\"? "
        "See 'flip run --help'");
    row("flip runs list --workspce x", "'flip runs list' has no option \"--workspce\"; did you "
                                       "mean \"--workspace\"? See 'flip runs "
                                       "list --help'");
}

void UnknownArgumentTest::namesTheUnknownArgument() {
    QFETCH(QString, message);
    QCOMPARE(unknownIn(QTest::currentDataTag()), message);
}

void UnknownArgumentTest::returnsNothingIfAllAreKnown_data() {
    QTest::addColumn<bool>("unused");
    for (const char* line :
         {"flip", "flip runs", "flip import x --name lst", "flip --workspace lst runs list",
          "flip --workspace=lst runs list", "flip run --set seed=-2 x.toml", "flip runs show lst",
          "flip datasets show shw", "flip runs list --help", "flip -h"}) {
        QTest::newRow(line) << true;
    }
}

void UnknownArgumentTest::returnsNothingIfAllAreKnown() {
    QCOMPARE(unknownIn(QTest::currentDataTag()), QString());
}

QTEST_APPLESS_MAIN(UnknownArgumentTest)
#include "unknown_argument_test.moc"
