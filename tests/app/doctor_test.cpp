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

QJsonObject objectOf(const Said& said) {
    return QJsonDocument::fromJson(said.out.toUtf8()).object();
}

std::map<std::string, fs::file_time_type> timesIn(const fs::path& folder) {
    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        times[entry.path().string()] = entry.last_write_time();
    }
    return times;
}

} // namespace

/// `flip doctor` as a person runs it.
class DoctorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSoundWorkspaceEndsWithNought() {
        const CheckedWorkspace project;
        const auto before = timesIn(project.folder().toStdString());
        const Said said = runFlip(project.folder(), {"doctor"});
        QVERIFY2(said.code == 0, qPrintable(said.out + said.err));
        for (const char* word : {"LibTorch", "processor", "device", "workspace", "4 runs, 2 "}) {
            QVERIFY2(said.out.contains(word), qPrintable(said.out));
        }
        QVERIFY(timesIn(project.folder().toStdString()) == before);
    }

    void answersAsJson() {
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
        const Said said = runFlip(project.folder(), {"doctor"});
        QCOMPARE(said.code, 1);
        QVERIFY2(said.out.contains("\n" + path + ": "), qPrintable(said.out));
        QVERIFY(!said.out.contains("sound"));
        const Said json = runFlip(project.folder(), {"doctor", "--json"});
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
        const Said said = asReader({"doctor"});
        const Said repairing = asReader({"doctor", "--repair"});
        const bool isSame = timesIn(folder) == before;
        for (const auto& [path, time] : before) {
            fs::permissions(path, fs::perms::owner_all);
        }
        fs::permissions(folder, fs::perms::owner_all);
        if (!canRun) {
            QSKIP("program or LibTorch lie where nobody else may read them");
        }
        QVERIFY2(said.code == 0, qPrintable(said.out + said.err));
        QCOMPARE(repairing.code, 1);
        QVERIFY2(repairing.err.contains("cannot be written"), qPrintable(repairing.err));
        QVERIFY(isSame);
    }

    void saysWhatItRepaired() {
        const CheckedWorkspace project;
        const QString left = project.folder() + "/datasets/.import-x7Rk2a";
        fs::create_directories(left.toStdString());
        const Said before = runFlip(project.folder(), {"doctor"});
        QVERIFY2(before.code == 0, qPrintable(before.out + before.err));
        QVERIFY2(before.out.contains(left), qPrintable(before.out));
        const Said said = runFlip(project.folder(), {"doctor", "--repair", "--json"});
        QCOMPARE(said.code, 0);
        const QJsonObject done = objectOf(said)["repaired"].toArray().at(0).toObject();
        QCOMPARE(done["file"].toString(), left);
        QVERIFY(!fs::exists(left.toStdString()));
    }

    void repairsNothingWhileARunIsLive() {
        const CheckedWorkspace project;
        const RunRecorder live = newRun(project.workspace(), "live");
        const Said said = runFlip(project.folder(), {"doctor", "--repair"});
        QCOMPARE(said.code, 1);
        QVERIFY2(said.err.contains("checkpoints/live: another program works on it"),
                 qPrintable(said.err));
    }

    void aWorkspaceThatIsNotThereIsWrongInput() {
        const QTemporaryDir folder;
        const Said said = runFlip(folder.path(), {"doctor", "--workspace", "/no/such/folder"});
        QCOMPARE(said.code, 2);
    }
};

QTEST_GUILESS_MAIN(DoctorTest)
#include "doctor_test.moc"
