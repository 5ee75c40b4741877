#include <QtTest/QtTest>

#include <QProcess>

/// The window's program, started as a person does.
class WindowProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysInALineThatThereIsNoDisplay_data();
    void saysInALineThatThereIsNoDisplay();
};

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
    QCOMPARE(
        QString::fromUtf8(window.readAllStandardError()),
        QString("no display can be opened; set DISPLAY or WAYLAND_DISPLAY, or use --screenshot "
                "or flip\n"));
}

QTEST_GUILESS_MAIN(WindowProgramTest)
#include "window_program_test.moc"
