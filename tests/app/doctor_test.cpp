#include "tests/app/flip_program.h"
#include "tests/core/store/checked_workspace.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

namespace {

QJsonObject objectOf(const Output& output) {
    return QJsonDocument::fromJson(output.out.toUtf8()).object();
}

std::map<std::string, fs::file_time_type> timesIn(const fs::path& folder) {
    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        times[entry.path().string()] = entry.last_write_time();
    }
    return times;
}

} // namespace

/// `flip doctor` on the command line.
class DoctorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSoundWorkspaceExitsWithZero() {
        const CheckedWorkspace project;
        const auto before = timesIn(project.folder().toStdString());
        const Output output = runFlip(project.folder(), {"doctor"});
        QVERIFY2(output.code == 0, qPrintable(output.out + output.err));
        for (const char* word : {"LibTorch", "CPU", "device", "workspace", "4 runs, 2 "}) {
            QVERIFY2(output.out.contains(word), qPrintable(output.out));
        }
        QVERIFY(timesIn(project.folder().toStdString()) == before);
    }

    void printsJson() {
        const CheckedWorkspace project;
        const QJsonObject answer = objectOf(runFlip(project.folder(), {"doctor", "--json"}));
        QCOMPARE(answer["sound"].toBool(), true);
        QCOMPARE(answer["damaged"].toArray().size(), 0);
        QCOMPARE(answer["repaired"].toArray().size(), 0);
        QVERIFY(!answer["machine"].toObject()["libtorch"].toString().isEmpty());
        QCOMPARE(answer["machine"].toObject(),
                 objectOf(runFlip(project.folder(), {"machine", "--json"})));
    }

    void namesEachDamagedFile_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("weights") << "checkpoints/pre/weights.safetensors";
        QTest::newRow("training state") << "checkpoints/cut/state.safetensors";
        QTest::newRow("predictions") << "checkpoints/clicked/predictions.safetensors";
        QTest::newRow("manifest") << "datasets/clicks/manifest.json";
        QTest::newRow("dataset in the trash") << "datasets/.trash/old~1/manifest.json";
        QTest::newRow("database") << "flip.db";
    }

    void namesEachDamagedFile() {
        QFETCH(QString, file);
        const CheckedWorkspace project;
        const QString path = project.folder() + "/" + file;
        overwrite(path.toStdString(), 21, "?");
        const Output output = runFlip(project.folder(), {"doctor"});
        QCOMPARE(output.code, 1);
        QVERIFY2(output.out.contains("\n" + path + ": "), qPrintable(output.out));
        QVERIFY(!output.out.contains("sound"));
        const Output json = runFlip(project.folder(), {"doctor", "--json"});
        QCOMPARE(json.code, 1);
        QCOMPARE(objectOf(json)["sound"].toBool(), false);
        const QJsonObject first = objectOf(json)["damaged"].toArray().at(0).toObject();
        QCOMPARE(first["file"].toString(), path);
        QVERIFY(!first["problem"].toString().isEmpty() && !first["advice"].toString().isEmpty());
    }

    void readsAWorkspaceThatCannotBeWritten() {
        const CheckedWorkspace project;
        const fs::path folder = project.folder().toStdString();
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
        }
        fs::permissions(folder, fs::perms(0555));
        const auto before = timesIn(folder);
        const auto asReader = [&](const QStringList& words) {
            QProcess process;
            prepareFlip(process, project.folder(), words);
            process.setChildProcessModifier([] {
                constexpr uid_t kNobody = 65534;
                if (::geteuid() == 0 && ::setuid(kNobody) != 0) {
                    ::_exit(99);
                }
            });
            return finishFlip(process);
        };
        const bool canRun = asReader({"machine"}).code == 0;
        const Output output = asReader({"doctor"});
        const Output repairing = asReader({"doctor", "--repair"});
        const bool isSame = timesIn(folder) == before;
        for (const auto& [path, time] : before) {
            fs::permissions(path, fs::perms::owner_all);
        }
        fs::permissions(folder, fs::perms::owner_all);
        if (!canRun) {
            QSKIP("other users may not read the program or LibTorch where they are");
        }
        QVERIFY2(output.code == 0, qPrintable(output.out + output.err));
        QCOMPARE(repairing.code, 1);
        QVERIFY2(repairing.err.contains("cannot be written"), qPrintable(repairing.err));
        QVERIFY(isSame);
    }

    void reportsWhatItRepaired() {
        const CheckedWorkspace project;
        const QString left = project.folder() + "/datasets/.import-x7Rk2a";
        fs::create_directories(left.toStdString());
        const Output before = runFlip(project.folder(), {"doctor"});
        QVERIFY2(before.code == 0, qPrintable(before.out + before.err));
        QVERIFY2(before.out.contains(left), qPrintable(before.out));
        const Output output = runFlip(project.folder(), {"doctor", "--repair", "--json"});
        QCOMPARE(output.code, 0);
        const QJsonObject done = objectOf(output)["repaired"].toArray().at(0).toObject();
        QCOMPARE(done["file"].toString(), left);
        QVERIFY(!fs::exists(left.toStdString()));
    }

    void repairsNothingDuringARun() {
        const CheckedWorkspace project;
        const RunRecorder live = newRun(project.workspace(), "live");
        const Output output = runFlip(project.folder(), {"doctor", "--repair"});
        QCOMPARE(output.code, 1);
        QVERIFY2(output.err.contains("checkpoints/live: another program works on it"),
                 qPrintable(output.err));
    }

    void aMissingWorkspaceIsWrongInput() {
        const QTemporaryDir folder;
        const Output output = runFlip(folder.path(), {"doctor", "--workspace", "/no/such/folder"});
        QCOMPARE(output.code, 2);
    }
};

QTEST_GUILESS_MAIN(DoctorTest)
#include "doctor_test.moc"
