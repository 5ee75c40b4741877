#include "app/command/unknown_word.h"

#include "app/command/command.h"
#include "app/command/program.h"

#include <QtTest/QtTest>

using namespace flip::command;

class UnknownWordTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesIt_data();
    void namesIt();
    void isQuietWhereAllIsKnown_data();
    void isQuietWhereAllIsKnown();

private:
    static QString unknownIn(const QString& line) {
        CLI::App app;
        Context context;
        buildProgram(app, context);
        std::vector<std::string> words;
        for (const QString& word : line.split(' ').mid(1)) {
            words.push_back(word.toStdString());
        }
        return QString::fromStdString(unknownWord(app, words).value_or(""));
    }
};

void UnknownWordTest::namesIt_data() {
    QTest::addColumn<QString>("says");
    const auto row = [](const char* line, const char* says) { QTest::newRow(line) << says; };
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

void UnknownWordTest::namesIt() {
    QFETCH(QString, says);
    QCOMPARE(unknownIn(QTest::currentDataTag()), says);
}

void UnknownWordTest::isQuietWhereAllIsKnown_data() {
    QTest::addColumn<bool>("unused");
    for (const char* line :
         {"flip", "flip runs", "flip import x --name lst", "flip --workspace lst runs list",
          "flip --workspace=lst runs list", "flip run --set seed=-2 x.toml", "flip runs show lst",
          "flip datasets show shw", "flip runs list --help", "flip -h"}) {
        QTest::newRow(line) << true;
    }
}

void UnknownWordTest::isQuietWhereAllIsKnown() {
    QCOMPARE(unknownIn(QTest::currentDataTag()), QString());
}

QTEST_APPLESS_MAIN(UnknownWordTest)
#include "unknown_word_test.moc"
