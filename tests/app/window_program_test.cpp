#include "app/window_words.h"

#include <QtTest/QtTest>

#include <QProcess>
#include <QRegularExpression>

using namespace flip;

/// The window's program, started as a person does.
class WindowProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void describesItselfWithoutADisplay_data();
    void describesItselfWithoutADisplay();
    void takesTheWordsThatItsHelpNames_data();
    void takesTheWordsThatItsHelpNames();
    void saysInALineThatThereIsNoDisplay_data();
    void saysInALineThatThereIsNoDisplay();
};

void WindowProgramTest::describesItselfWithoutADisplay_data() {
    QTest::addColumn<QString>("program");
    QTest::newRow("window") << FLIP_TEST_WINDOW;
    QTest::newRow("launcher") << FLIP_TEST_LAUNCHER;
}

void WindowProgramTest::describesItselfWithoutADisplay() {
    QFETCH(QString, program);
    QProcess window;
    const auto said = [&](const QString& word) {
        window.start(program, {word});
        return window.waitForFinished() && window.exitCode() == 0
                   ? QString::fromUtf8(window.readAllStandardOutput())
                   : QString();
    };
    QVERIFY(QRegularExpression("^flip-workbench \\d+\\.\\d+\\.\\d+\n$")
                .match(said("--version"))
                .hasMatch());
    const QString help = said("--help");
    QVERIFY(help.startsWith("Usage: flip-workbench [OPTION]... [FILE]...\n"));
    for (const WindowWord& word : kWindowWords) {
        QVERIFY2(help.contains(QString("\n  --%1 %2").arg(word.name, word.value)), word.name);
    }
    for (const QString& line : help.split('\n')) {
        QVERIFY2(line.size() <= 90, qPrintable(line));
    }
}

void WindowProgramTest::takesTheWordsThatItsHelpNames_data() {
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("word");
    for (const WindowWord& option : kWindowWords) {
        const QStringList words = QString(option.value).split('|');
        for (const QString& word : words.size() > 1 ? words : QStringList()) {
            QTest::newRow(qPrintable(word)) << option.name << word;
        }
    }
}

/// Words are checked before there is a display; the size, which is wrong here, is the last of them.
void WindowProgramTest::takesTheWordsThatItsHelpNames() {
    QFETCH(QString, option);
    QFETCH(QString, word);
    const auto trouble = [&](const QString& value) {
        QProcess window;
        window.start(FLIP_TEST_WINDOW, {"--" + option, value, "--size", "0x0"});
        return window.waitForFinished() && window.exitCode() == 2
                   ? QString::fromUtf8(window.readAllStandardError())
                   : QString("not refused");
    };
    QVERIFY2(trouble(word).startsWith("--size"), qPrintable(trouble(word)));
    QVERIFY2(trouble(word + "x").startsWith("--" + option), qPrintable(trouble(word + "x")));
}

void WindowProgramTest::saysInALineThatThereIsNoDisplay_data() {
    QTest::addColumn<QString>("display");
    QTest::newRow("none") << "";
    QTest::newRow("a dead one") << ":77";
}

void WindowProgramTest::saysInALineThatThereIsNoDisplay() {
    QFETCH(QString, display);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name :
         {"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM"}) {
        environment.remove(name);
    }
    if (!display.isEmpty()) {
        environment.insert("DISPLAY", display);
    }
    QProcess window;
    window.setProcessEnvironment(environment);
    window.start(FLIP_TEST_WINDOW, {});
    QVERIFY(window.waitForFinished());
    QCOMPARE(window.exitStatus(), QProcess::NormalExit);
    QCOMPARE(window.exitCode(), 2);
    const QString said = QString::fromUtf8(window.readAllStandardError());
    const QString why = "could not connect to display" + (display.isEmpty() ? "" : " " + display);
    // Qt may have tried several kinds of display.
    QVERIFY2(
        said.startsWith("no display can be opened (") && said.contains(why) &&
            said.endsWith("); set DISPLAY or WAYLAND_DISPLAY, or use --screenshot or flip\n") &&
            said.count('\n') == 1,
        qPrintable(said));
}

QTEST_GUILESS_MAIN(WindowProgramTest)
#include "window_program_test.moc"
