#include "core/store/run_recorder.h"
#include "tests/app/flip_program.h"
#include "tests/core/store/predicted_run.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <filesystem>
#include <fstream>

using namespace flip;
using namespace flip::test;

namespace {

QJsonObject parsed(const Output& output) {
    return QJsonDocument::fromJson(output.out.toUtf8()).object();
}

QStringList listed(const QString& workspace, const QStringList& further = {}) {
    const Output output = runFlip(workspace, QStringList{"runs", "list", "--json"} + further);
    QStringList names;
    for (const QJsonValue& run : QJsonDocument::fromJson(output.out.toUtf8()).array()) {
        names << run["run"].toString();
    }
    names.sort();
    return names;
}

/// Adds another run on the dataset, with its own weights.
void addRun(const PredictedRun& project, const std::string& name, const std::string& parent = "") {
    RunRecorder recorder = *RunRecorder::create(project.workspace(), name, project.summary().spec,
                                                project.summary().datasetHash, parent);
    recorder.take(startedEvent());
    recorder.take(endEvent());
    std::ofstream(project.workspace().checkpoints(name) / "weights.safetensors")
        << std::string(std::size_t{3} << 20, 'w');
}

} // namespace

/// `flip runs delete`, `restore`, `purge` and `import`, and the same subcommands of `flip
/// datasets`: text, JSON and errors.
class TrashCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void deletesRestoresAndPurgesRuns() {
        const PredictedRun project;
        addRun(project, "junk-1");
        addRun(project, "junk-2");
        const Output deleted = runFlip(project.folder(), {"runs", "delete", "junk-1", "junk-2"});
        QVERIFY2(deleted.code == 0 && deleted.err.isEmpty(), qPrintable(deleted.err));
        QVERIFY2(deleted.out.contains("deleted junk-1, junk-2: 6.0 MiB"), qPrintable(deleted.out));
        QCOMPARE(listed(project.folder()), QStringList{"clicked"});
        QCOMPARE(listed(project.folder(), {"--trash"}), (QStringList{"junk-1", "junk-2"}));
        const Output restored = runFlip(project.folder(), {"runs", "restore", "junk-1"});
        QVERIFY(restored.code == 0 && restored.out.contains("restored junk-1: 3.0 MiB"));
        QCOMPARE(listed(project.folder()), (QStringList{"clicked", "junk-1"}));
        const Output purged = runFlip(project.folder(), {"runs", "purge"});
        QVERIFY(purged.code == 0);
        QVERIFY2(purged.out.contains("purged junk-2: 3."), qPrintable(purged.out));
        QVERIFY(listed(project.folder(), {"--trash"}).isEmpty());
        QVERIFY(runFlip(project.folder(), {"runs", "purge"}).out.contains("nothing to purge"));
        QCOMPARE(runFlip(project.folder(), {"runs", "metrics", "clicked"}).code, 0);
    }

    void printsJson() {
        const PredictedRun project;
        addRun(project, "junk");
        const double bytes = 3 << 20;
        QJsonObject output =
            parsed(runFlip(project.folder(), {"runs", "delete", "junk", "--json"}));
        QCOMPARE(output["deleted"].toArray(), QJsonArray{"junk"});
        QCOMPARE(output["bytes"].toDouble(), bytes);
        output = parsed(runFlip(project.folder(), {"runs", "restore", "junk", "--json"}));
        QCOMPARE(output["restored"].toArray(), QJsonArray{"junk"});
        QCOMPARE(runFlip(project.folder(), {"runs", "delete", "junk"}).code, 0);
        output = parsed(runFlip(project.folder(), {"runs", "purge", "junk", "--json"}));
        QCOMPARE(output["purged"].toArray(), QJsonArray{"junk"});
        QVERIFY(output["freed_bytes"].toDouble() >= bytes);
        output = parsed(runFlip(project.folder(), {"runs", "purge", "--json"}));
        QCOMPARE(output["freed_bytes"].toDouble(-1), 0.0);
        output = parsed(
            runFlip(project.folder(), {"datasets", "delete", "clicks", "--with-runs", "--json"}));
        QCOMPARE(output["deleted"].toArray(), QJsonArray{"clicks"});
        QCOMPARE(output["runs"].toArray(), QJsonArray{"clicked"});
        QVERIFY(output["bytes"].toDouble() > 1000);
        output = parsed(runFlip(project.folder(), {"datasets", "purge", "--json"}));
        QCOMPARE(output["purged"].toArray(), QJsonArray{"clicks"});
        QVERIFY(output["freed_bytes"].toDouble() > 1000);
    }

    void deletesRestoresAndPurgesDatasets() {
        const PredictedRun project;
        const Output refused = runFlip(project.folder(), {"datasets", "delete", "clicks"});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.contains("clicked") && refused.err.contains("--with-runs"),
                 qPrintable(refused.err));
        QVERIFY(runFlip(project.folder(), {"datasets"}).out.contains("clicks: 2000 rows"));
        QCOMPARE(runFlip(project.folder(), {"datasets", "delete", "clicks", "--with-runs"}).code,
                 0);
        QVERIFY(runFlip(project.folder(), {"datasets"}).out.contains("no datasets yet"));
        const Output run = runFlip(project.folder(), {"runs", "restore", "clicked"});
        QVERIFY(run.code == 0 && run.err.contains("'flip datasets restore clicks'"));
        QCOMPARE(runFlip(project.folder(), {"datasets", "restore", "clicks"}).code, 0);
        QVERIFY(
            runFlip(project.folder(), {"datasets", "show", "clicks"}).out.contains("2000 rows"));
        QCOMPARE(runFlip(project.folder(), {"datasets", "delete", "clicks", "--with-runs"}).code,
                 0);
        const Output purged = runFlip(project.folder(), {"datasets", "purge", "clicks"});
        QVERIFY(purged.code == 0 && purged.out.contains("freed"));
        QVERIFY(runFlip(project.folder(), {"datasets", "purge"}).out.contains("nothing to purge"));
    }

    void movesARunAsAZipFile() {
        const PredictedRun project;
        QTemporaryDir other;
        const QString zip = other.filePath("run.zip");
        const Output exported =
            runFlip(project.folder(), {"runs", "export", "clicked", "--zip", zip});
        QVERIFY2(exported.code == 0, qPrintable(exported.err));
        const QString workspace = other.filePath("workspace");
        const Output imported = runFlip(workspace, {"runs", "import", zip});
        QVERIFY2(imported.code == 0 && imported.out.contains("imported clicked"),
                 qPrintable(imported.err));
        QVERIFY(imported.out.contains("'clicks' is not in this workspace"));
        QCOMPARE(listed(workspace), QStringList{"clicked"});
        const auto csvOf = [&](const QString& from) {
            const QString csv = other.filePath("p.csv");
            const Output output =
                runFlip(from, {"runs", "export", "clicked", "--predictions", csv});
            return output.code == 0 ? *readFile(csv.toStdString()) : std::string();
        };
        QVERIFY(!csvOf(workspace).empty());
        QCOMPARE(csvOf(workspace), csvOf(project.folder()));
        const Output again =
            runFlip(project.folder(), {"runs", "import", zip, "--name", "twin", "--json"});
        QCOMPARE(parsed(again)["run"].toString(), QString("twin"));
        QCOMPARE(parsed(again)["dataset_is_here"].toBool(), true);
        QCOMPARE(listed(project.folder()), (QStringList{"clicked", "twin"}));
    }

    void reportsErrorsInOneLine_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const QStringList& words, const char* message) {
            QTest::newRow(name) << words << QString(message);
        };
        row("unknown run", {"runs", "delete", "clickd"}, "the nearest is 'clicked'");
        row("a parent of another run", {"runs", "delete", "clicked"},
            "started from its weights: child");
        row("a run in the trash", {"runs", "show", "junk"}, "'flip runs restore' takes it back");
        row("a run that is not in the trash", {"runs", "restore", "clicked"}, "in the trash");
        row("purge of a run that is not deleted", {"runs", "purge", "clicked"},
            "'flip runs delete'");
        row("no run named", {"runs", "delete"}, "name is required");
        row("unknown dataset", {"datasets", "delete", "clickd"}, "no dataset has this name");
        row("a path", {"datasets", "delete", "../checkpoints"}, "no dataset has this name");
        row("dataset that was never deleted", {"datasets", "restore", "clicks"},
            "in the trash, which is empty");
        row("purge of a dataset that is not deleted", {"datasets", "purge", "clicks"},
            "in the trash");
        row("two kinds of export", {"runs", "export", "clicked", "--zip", "a.zip", "--table"},
            "needs exactly one");
        row("no kind of export", {"runs", "export", "clicked"}, "--zip FILE.zip");
        row("not a zip file", {"runs", "import", "/dev/null"}, "/dev/null");
    }
    void reportsErrorsInOneLine() {
        QFETCH(QStringList, words);
        QFETCH(QString, message);
        const PredictedRun project;
        addRun(project, "child", "clicked");
        addRun(project, "junk");
        QCOMPARE(runFlip(project.folder(), {"runs", "delete", "junk"}).code, 0);
        const Output output = runFlip(project.folder(), words);
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.contains(message), qPrintable(output.err));
        QCOMPARE(output.err.trimmed().count('\n'), 0);
        QVERIFY(output.out.isEmpty());
        QCOMPARE(listed(project.folder()), (QStringList{"child", "clicked"}));
    }

    void deletesAParentWithForce() {
        const PredictedRun project;
        addRun(project, "child", "clicked");
        QCOMPARE(runFlip(project.folder(), {"runs", "delete", "clicked", "--force"}).code, 0);
        QCOMPARE(listed(project.folder()), QStringList{"child"});
    }
};

QTEST_GUILESS_MAIN(TrashCommandTest)
#include "trash_command_test.moc"
