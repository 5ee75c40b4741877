#include "app/window_options.h"

#include <QtTest/QtTest>

#include <QProcess>
#include <QRegularExpression>

using namespace flip;

/// The program flip-workbench, started as a process.
class WindowProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void describesItselfWithoutADisplay_data();
    void describesItselfWithoutADisplay();
    void acceptsTheChoicesInItsHelp_data();
    void acceptsTheChoicesInItsHelp();
    void reportsAMissingDisplayInOneLine_data();
    void reportsAMissingDisplayInOneLine();
};

void WindowProgramTest::describesItselfWithoutADisplay_data() {
    QTest::addColumn<QString>("program");
    QTest::newRow("window") << FLIP_TEST_WINDOW;
    QTest::newRow("launcher") << FLIP_TEST_LAUNCHER;
}

void WindowProgramTest::describesItselfWithoutADisplay() {
    QFETCH(QString, program);
    QProcess window;
    const auto output = [&](const QString& argument) {
        window.start(program, {argument});
        return window.waitForFinished() && window.exitCode() == 0
                   ? QString::fromUtf8(window.readAllStandardOutput())
                   : QString();
    };
    QVERIFY(QRegularExpression("^flip-workbench \\d+\\.\\d+\\.\\d+\n$")
                .match(output("--version"))
                .hasMatch());
    const QString help = output("--help");
    QVERIFY(help.startsWith("Usage: flip-workbench [OPTION]... [FILE]...\n"));
    for (const WindowOption& option : kWindowOptions) {
        QVERIFY2(help.contains(QString("\n  --%1 %2").arg(option.name, option.value)), option.name);
    }
    for (const QString& line : help.split('\n')) {
        QVERIFY2(line.size() <= 90, qPrintable(line));
    }
}

void WindowProgramTest::acceptsTheChoicesInItsHelp_data() {
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("choice");
    for (const WindowOption& option : kWindowOptions) {
        const QStringList choices = QString(option.value).split('|');
        for (const QString& choice : choices.size() > 1 ? choices : QStringList()) {
            QTest::newRow(qPrintable(choice)) << option.name << choice;
        }
    }
}

/// The command line is checked before the display is opened; --size, invalid here, is checked last.
void WindowProgramTest::acceptsTheChoicesInItsHelp() {
    QFETCH(QString, option);
    QFETCH(QString, choice);
    const auto trouble = [&](const QString& value) {
        QProcess window;
        window.start(FLIP_TEST_WINDOW, {"--" + option, value, "--size", "0x0"});
        return window.waitForFinished() && window.exitCode() == 2
                   ? QString::fromUtf8(window.readAllStandardError())
                   : QString("not refused");
    };
    QVERIFY2(trouble(choice).startsWith("--size"), qPrintable(trouble(choice)));
    QVERIFY2(trouble(choice + "x").startsWith("--" + option), qPrintable(trouble(choice + "x")));
}

void WindowProgramTest::reportsAMissingDisplayInOneLine_data() {
    QTest::addColumn<QString>("display");
    QTest::newRow("none") << "";
    QTest::newRow("an unreachable one") << ":77";
}

void WindowProgramTest::reportsAMissingDisplayInOneLine() {
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
    const QString output = QString::fromUtf8(window.readAllStandardError());
    const QString why = "could not connect to display" + (display.isEmpty() ? "" : " " + display);
    // Qt may have tried several kinds of display.
    QVERIFY2(
        output.startsWith("no display can be opened (") && output.contains(why) &&
            output.endsWith("); set DISPLAY or WAYLAND_DISPLAY, or use --screenshot or flip\n") &&
            output.count('\n') == 1,
        qPrintable(output));
}

QTEST_GUILESS_MAIN(WindowProgramTest)
#include "window_program_test.moc"
