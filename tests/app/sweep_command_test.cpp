#include "tests/app/flip_program.h"
#include "tests/core/run/tiny_project.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

#include <csignal>

using namespace flip;
using namespace flip::test;

/// `flip sweep`, and the tables and comparisons of `flip runs`.
class SweepCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        project_ = std::make_unique<TinyProject>(200);
        QFile file(folder() + "/ids.toml");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("kind = \"finetune\"\nthreads = 1\ndevice = \"cpu\"\n[data]\ndataset = "
                   "\"tiny\"\n[id]\nbackbone = \"lr\"\nembedding_dim = 4\nhidden = [8]\n"
                   "[finetune]\nbranches = \"id\"\nepochs = 2\nbatch_size = 64\n");
    }

    void searchesRepeatsTheBestAndPrintsItsTestMetrics() {
        const Output output = sweep({"--seeds", "1,2", "--name", "s", "--json"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        const QJsonArray all = combinations(output);
        QCOMPARE(all.size(), 2);
        int chosen = 0;
        for (const QJsonValue& one : all) {
            const bool best = one["chosen"].toBool();
            chosen += best ? 1 : 0;
            QCOMPARE(one["runs"].toArray().size(), best ? 2 : 1);
            QCOMPARE(one["test"].toObject().isEmpty(), !best);
            QCOMPARE(one["epochs"]["mean"].toInt(), 2);
        }
        QCOMPARE(chosen, 1);
        QCOMPARE(runNames(), (QStringList{"s-001", "s-002", "s-003"}));
    }

    void resumeReusesStoredRuns() {
        const Output output = sweep({"--seeds", "1,2", "--name", "other", "--resume", "--json"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        QCOMPARE(output.err.count("already stored"), 3);
        QCOMPARE(runNames().size(), 3);
    }

    void tableAndExportPrintTheSame() {
        const Output table = runFlip(workspace(), {"runs", "table", "--sweep", "s", "--json"});
        QVERIFY2(table.code == 0, qPrintable(table.err));
        const QJsonArray rows = QJsonDocument::fromJson(table.out.toUtf8()).array();
        QCOMPARE(rows.size(), 2);
        int runs = 0;
        for (const QJsonValue& row : rows) {
            runs += row["n"].toInt();
            QVERIFY(row["options"].toObject().contains("finetune.embedding_l2"));
        }
        QCOMPARE(runs, 3);
        QCOMPARE(runFlip(workspace(), {"runs", "export", "--table", "--sweep", "s", "--json"}).out,
                 table.out);
        const Output named =
            runFlip(workspace(), {"runs", "table", "--sweep", "s", "--by", "sweep"});
        QVERIFY2(named.out.startsWith("| sweep |"), qPrintable(named.out));
        QCOMPARE(named.out.count("| s     |"), 2);
    }

    void comparesStoredRuns() {
        const Output output = runFlip(workspace(), {"runs", "compare", "s-001", "s-002", "--json"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        const QJsonObject result = QJsonDocument::fromJson(output.out.toUtf8()).object();
        QCOMPARE(result["rows"].toInt(), 20);
        QVERIFY(!result["recipes"].toArray()[1].toObject()["verdict"].toString().isEmpty());
    }

    void jobsRunInParallel() {
        const Output output = sweep({"--jobs", "2", "--name", "two", "--set", "seed=7", "--json"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        QVERIFY(output.err.contains("two-001: finished") &&
                output.err.contains("two-002: finished"));
    }

    void aFailedRunIsReportedAndTheOthersContinue() {
        QProcess process;
        prepareFlip(process, workspace(),
                    {"sweep", folder() + "/ids.toml", "--grid", "finetune.epochs=100000,1", "--set",
                     "finetune.patience=100000", "--name", "bad", "--json"});
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(status("bad-001") == "running", 60000);
        const qint64 sweep = process.processId();
        QFile children(QString("/proc/%1/task/%1/children").arg(sweep));
        QVERIFY(children.open(QIODevice::ReadOnly));
        const pid_t run = children.readAll().trimmed().toInt();
        QVERIFY(run > 1);
        ::kill(run, SIGKILL);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 1);
        const QByteArray output = process.readAllStandardError();
        QVERIFY2(output.contains("bad-001: its process was ended by signal 9") &&
                     output.contains("bad-002: finished"),
                 output.constData());
        const QJsonArray all = combinations({.out = process.readAllStandardOutput()});
        QCOMPARE(all[0]["runs"][0]["status"].toString(), QString("crashed"));
        QVERIFY(!all[0]["chosen"].toBool() && all[1]["chosen"].toBool());
    }

    void interruptStopsAndResumeContinues() {
        const QStringList words{"sweep",  folder() + "/ids.toml",
                                "--grid", "finetune.embedding_l2=0,1e-3",
                                "--set",  "finetune.epochs=100000",
                                "--set",  "finetune.patience=100000",
                                "--name", "long"};
        QProcess process;
        prepareFlip(process, workspace(), words);
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(status("long-001") == "running", 60000);
        QTest::qWait(300);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardError().contains("--resume continues"));
        QCOMPARE(status("long-001"), std::string("stopped"));
        QVERIFY(status("long-002").empty());

        prepareFlip(process, workspace(), words + QStringList{"--resume"});
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(status("long-001") == "running", 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardError().contains("seed 1, resumed"));
        QVERIFY(status("long-002").empty());
    }

    void reportsErrorsBeforeTheFirstRun_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("message");
        const QString grid = "finetune.embedding_l2=0,1e-3";
        const QString file = folder() + "/ids.toml";
        QTest::newRow("no file") << QStringList{"sweep", "nothing.toml"} << "nothing.toml";
        QTest::newRow("choose on test")
            << QStringList{"sweep", file, "--choose-on", "test.auc"} << "--choose-on";
        QTest::newRow("invalid second value")
            << QStringList{"sweep", file, "--grid", "id.backbone=lr,lstm"} << "--grid";
        QTest::newRow("no dataset")
            << QStringList{"sweep", file, "--grid", grid, "--set", "data.dataset=nobody"}
            << "nobody";
        QTest::newRow("name") << QStringList{"sweep", file, "--name", "a/b"} << "--name a/b";
        QTest::newRow("jobs") << QStringList{"sweep", file, "--jobs", "0"} << "--jobs";
        QTest::newRow("no such sweep")
            << QStringList{"runs", "table", "--sweep", "nobody"} << "--sweep nobody";
        QTest::newRow("no such sweep in a list")
            << QStringList{"runs", "table", "--sweep", "s,nobody"} << "--sweep nobody";
        QTest::newRow("no metric")
            << QStringList{"runs", "table", "--metric", "test.f1"} << "--metric";
        QTest::newRow("no run to compare")
            << QStringList{"runs", "compare", "s-001", "nobody"} << "nobody";
        QTest::newRow("table and predictions")
            << QStringList{"runs", "export", "s-001", "--table", "--predictions", "x.csv"}
            << "--predictions";
    }
    void reportsErrorsBeforeTheFirstRun() {
        QFETCH(QStringList, words);
        QFETCH(QString, message);
        const qsizetype before = runNames().size();
        const Output output = runFlip(workspace(), words);
        QCOMPARE(output.code, 2);
        QCOMPARE(output.err.trimmed().count('\n'), 0);
        QVERIFY2(output.err.contains(message), qPrintable(output.err));
        QVERIFY(output.out.isEmpty());
        QCOMPARE(runNames().size(), before);
    }

private:
    QString folder() const { return QString::fromStdString(project_->path().string()); }
    QString workspace() const { return folder() + "/workspace"; }

    Output sweep(const QStringList& words) const {
        return runFlip(workspace(), QStringList{"sweep", folder() + "/ids.toml", "--grid",
                                                "finetune.embedding_l2=0,1e-3"} +
                                        words);
    }

    static QJsonArray combinations(const Output& output) {
        return QJsonDocument::fromJson(output.out.toUtf8())
            .object()["experiments"]
            .toArray()[0]
            .toObject()["combinations"]
            .toArray();
    }

    QStringList runNames() const {
        QStringList names;
        auto store = RunStore::open(project_->workspace());
        const auto runs = store->list();
        for (const RunSummary& run : runs->runs) {
            names << QString::fromStdString(run.name);
        }
        names.sort();
        return names;
    }

    std::string status(const std::string& run) const {
        auto store = RunStore::open(project_->workspace());
        const auto found = store->lookUp(run);
        return found && *found ? std::string(wordOf((*found)->status)) : "";
    }

    std::unique_ptr<TinyProject> project_;
};

QTEST_GUILESS_MAIN(SweepCommandTest)
#include "sweep_command_test.moc"
