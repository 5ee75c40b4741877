#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <QtTest>

/// The files that `cmake --install` puts into a folder, and whether the programs run there.
class InstallationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QProcess install;
        install.setProcessChannelMode(QProcess::MergedChannels);
        install.start(FLIP_CMAKE, {"--install", FLIP_TEST_BUILD, "--prefix", folder_.path()});
        QVERIFY(install.waitForFinished(100000));
        QVERIFY2(install.exitCode() == 0, install.readAll().constData());
    }

    void installsTheFile_data() {
        QTest::addColumn<QString>("path");
        const QStringList always = {"bin/flip",
                                    "lib/flip-workbench/flip-engine",
                                    "share/man/man1/flip.1",
                                    "share/man/man5/flip-experiment.5",
                                    "share/bash-completion/completions/flip",
                                    "share/fish/vendor_completions.d/flip.fish",
                                    "share/zsh/site-functions/_flip",
                                    "share/doc/flip-workbench/LICENSE",
                                    "share/doc/flip-workbench/README.md",
                                    "share/doc/flip-workbench/experiments/ml100k.toml",
                                    "share/doc/flip-workbench/resources/schemas/README.md"};
#ifdef FLIP_PARQUET
        const QStringList parquet = {"lib/flip-workbench/libflip-parquet.so"};
#else
        const QStringList parquet;
#endif
#ifdef FLIP_TEST_WINDOW
        const QString icons = "share/icons/hicolor/";
        const QStringList window = {"bin/flip-workbench",
                                    "lib/flip-workbench/flip-workbench",
                                    "lib/flip-workbench/flip-ask",
                                    "share/man/man1/flip-workbench.1",
                                    "share/applications/org.flipworkbench.Workbench.desktop",
                                    "share/metainfo/org.flipworkbench.Workbench.metainfo.xml",
                                    "share/mime/packages/org.flipworkbench.Workbench.xml",
                                    icons + "scalable/apps/org.flipworkbench.Workbench.svg",
                                    icons + "48x48/apps/org.flipworkbench.Workbench.png"};
#else
        const QStringList window;
#endif
        for (const QString& path : always + parquet + window) {
            QTest::newRow(qPrintable(path)) << path;
        }
    }
    void installsTheFile() {
        QFETCH(QString, path);
        const QFileInfo file(folder_.filePath(path));
        QVERIFY2(file.isFile() && file.size() > 0, qPrintable(path + " is missing"));
    }

    void programRunsFromTheFolder_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("word");
        QTest::newRow("command") << "bin/flip"
                                 << "--version";
        QTest::newRow("engine") << "bin/flip"
                                << "machine";
#ifdef FLIP_TEST_WINDOW
        QTest::newRow("window") << "bin/flip-workbench"
                                << "--version";
#endif
    }
    void programRunsFromTheFolder() {
        QFETCH(QString, program);
        QFETCH(QString, word);
        // The program must find its libraries without the environment.
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove("LD_LIBRARY_PATH");
        QProcess started;
        started.setProcessEnvironment(environment);
        started.setProcessChannelMode(QProcess::MergedChannels);
        started.start(folder_.filePath(program), {word});
        QVERIFY(started.waitForFinished(60000));
        const QByteArray output = started.readAll();
        QVERIFY2(started.exitCode() == 0 && !output.isEmpty(), output.constData());
    }

    void programsDoNotReferToTheBuildFolder_data() {
        QTest::addColumn<QString>("folder");
        QTest::newRow("commands") << "bin";
        QTest::newRow("private programs") << "lib/flip-workbench";
    }
    void programsDoNotReferToTheBuildFolder() {
        QFETCH(QString, folder);
        const auto programs = QDir(folder_.filePath(folder)).entryInfoList(QDir::Files);
        QVERIFY(!programs.isEmpty());
        for (const QFileInfo& program : programs) {
            QProcess reader;
            reader.start("readelf", {"-d", program.filePath()});
            if (!reader.waitForStarted()) {
                QSKIP("readelf is not installed");
            }
            QVERIFY(reader.waitForFinished());
            const QByteArray output = reader.readAll();
            QCOMPARE(reader.exitCode(), 0);
            QVERIFY2(!output.contains(FLIP_TEST_BUILD), output.constData());
            QVERIFY2(output.contains("$ORIGIN"), qPrintable(program.fileName()));
        }
    }

private:
    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(InstallationTest)
#include "installation_test.moc"
