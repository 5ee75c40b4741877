#include "core/store/run_archive.h"

#include "core/spec/options.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database_check.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "core/store/trash.h"
#include "core/store/zip_writer.h"
#include "tests/core/base/child_process.h"
#include "tests/core/store/predicted_run.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace flip;
using flip::test::PredictedRun;

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
    const auto bytes = readFile(file);
    return bytes ? *bytes : std::string();
}

/// Replaces text in a file by other text of the same length.
void replaceIn(const fs::path& file, const std::string& text, const std::string& other) {
    std::string bytes = contentOf(file);
    const auto at = bytes.find(text);
    QVERIFY(at != std::string::npos && text.size() == other.size());
    bytes.replace(at, text.size(), other);
    QVERIFY(writeFileAtomically(file, bytes).ok());
}

} // namespace

class RunArchiveTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;

    fs::path at(const char* name) const { return temporary_.filePath(name).toStdString(); }

    Workspace freshWorkspace() const {
        const fs::path folder = at("workspace");
        fs::remove_all(folder);
        return *Workspace::open(folder);
    }

    /// The archive of a run with predictions, some weights and a subfolder.
    static Result<std::uintmax_t> exportTo(const PredictedRun& project, const fs::path& zip) {
        const fs::path folder = project.workspace().checkpoints(PredictedRun::kName);
        std::ofstream(folder / "weights.safetensors") << std::string(300000, 'w');
        std::ofstream(folder / "weights.safetensors.x7Rk2a") << "half written";
        fs::create_directories(folder / "more");
        const std::ofstream empty(folder / "more" / "empty");
        auto store = RunStore::open(project.workspace());
        return exportRun(project.workspace(), *store, PredictedRun::kName, zip);
    }

    /// Verifies that nothing was imported.
    static void verifyEmpty(const Workspace& workspace) {
        auto store = RunStore::open(workspace);
        QVERIFY(store->list()->runs.empty() && store->trashed()->runs.empty());
        QVERIFY(fs::is_empty(workspace.folder() / "checkpoints"));
    }

private Q_SLOTS:
    void movesARunToAnotherWorkspace() {
        const PredictedRun project;
        const auto bytes = exportTo(project, at("run.zip"));
        QVERIFY2(bytes.ok(), bytes.ok() ? "" : bytes.problem().text().c_str());
        QCOMPARE(*bytes, fs::file_size(at("run.zip")));
        const Workspace workspace = freshWorkspace();
        const auto imported = importRun(workspace, at("run.zip"), "");
        QVERIFY2(imported.ok(), imported.ok() ? "" : imported.problem().text().c_str());
        QCOMPARE(imported->name, PredictedRun::kName);
        QVERIFY(!imported->hasDataset && imported->dataset == "clicks");
        auto store = RunStore::open(workspace);
        QVERIFY(checkDatabase(workspace.database()).damaged.empty());
        const RunSummary run = *store->find("clicked");
        const RunSummary original = project.summary();
        QVERIFY(differences(run.spec, original.spec).empty() && run.status == RunStatus::Finished);
        QCOMPARE(run.created, original.created);
        QCOMPARE(run.datasetHash, original.datasetHash);
        CollectingSink here;
        CollectingSink there;
        QVERIFY(store->replay("clicked", here).ok());
        QVERIFY(RunStore::open(project.workspace())->replay("clicked", there).ok());
        QVERIFY(here.lines == there.lines && here.lines.size() == 2);
        const fs::path folder = workspace.checkpoints("clicked");
        QCOMPARE(contentOf(folder / kPredictionsFile), contentOf(project.predictionsFile()));
        QCOMPARE(contentOf(folder / "weights.safetensors"), std::string(300000, 'w'));
        QVERIFY(fs::exists(folder / "more" / "empty"));
        QVERIFY(!fs::exists(folder / kRunLock) &&
                !fs::exists(folder / "weights.safetensors.x7Rk2a"));
    }

    void refusesATakenNameAndAcceptsAnother() {
        const PredictedRun project;
        QVERIFY(exportTo(project, at("run.zip")).ok());
        const Workspace workspace = project.workspace();
        const auto refused = importRun(workspace, at("run.zip"), "");
        QVERIFY(!refused.ok());
        QVERIFY(refused.problem().what.find("--name") != std::string::npos);
        const auto imported = importRun(workspace, at("run.zip"), "twin");
        QVERIFY(imported.ok() && imported->hasDataset);
        QCOMPARE(contentOf(workspace.checkpoints("twin") / kPredictionsFile),
                 contentOf(project.predictionsFile()));
        QVERIFY(deleteRuns(workspace, {"twin"}, false).ok());
        QVERIFY(!importRun(workspace, at("run.zip"), "twin").ok());
        QVERIFY(restoreRuns(workspace, {"twin"}).ok());
        QVERIFY(!importRun(workspace, at("run.zip"), "../out").ok());
        QVERIFY(!fs::exists(workspace.folder() / "out"));
    }

    void refusesToExportALiveRun() {
        const PredictedRun project;
        const RunRecorder live = newRun(project.workspace(), "live");
        auto store = RunStore::open(project.workspace());
        const auto refused = exportRun(project.workspace(), *store, "live", at("live.zip"));
        QVERIFY(!refused.ok());
        QVERIFY(refused.problem().what.find("is running") != std::string::npos);
        QVERIFY(!fs::exists(at("live.zip")));
    }

    void aFailedExportLeavesNothing() {
        const PredictedRun project;
        const auto refused = exportTo(project, at("nowhere") / "run.zip");
        QVERIFY(!refused.ok());
        const fs::path folder = at("folder.zip");
        fs::create_directories(folder);
        QVERIFY(!exportTo(project, folder).ok());
        QVERIFY(fs::is_empty(folder));
    }

    void refusesADamagedArchive_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("weights changed") << "weights"
                                         << "weights.safetensors";
        QTest::newRow("truncated") << "cut"
                                   << "run.zip";
        QTest::newRow("not a zip") << "text"
                                   << "run.zip";
        QTest::newRow("empty") << "empty"
                               << "run.zip";
        QTest::newRow("not there") << "missing"
                                   << "run.zip";
        QTest::newRow("a zip with other content") << "other"
                                                  << "was not written by";
    }

    void refusesADamagedArchive() {
        QFETCH(QString, kind);
        QFETCH(QString, says);
        const PredictedRun project;
        const fs::path zip = at("run.zip");
        QVERIFY(exportTo(project, zip).ok());
        if (kind == "weights") {
            replaceIn(zip, "wwwwwwww", "wwwwvwww");
        } else if (kind == "cut") {
            fs::resize_file(zip, fs::file_size(zip) / 2);
        } else if (kind == "text") {
            std::ofstream(zip) << "row_index,split\n";
        } else if (kind == "empty") {
            fs::resize_file(zip, 0);
        } else if (kind == "missing") {
            fs::remove(zip);
        } else {
            auto writer = ZipWriter::create(zip);
            QVERIFY(writer->addText("ratings.csv", "user,film\n").ok());
            QVERIFY(writer->finish().ok());
        }
        const Workspace workspace = freshWorkspace();
        const auto refused = importRun(workspace, zip, "");
        QVERIFY(!refused.ok());
        QVERIFY2(QString::fromStdString(refused.problem().text()).contains(says),
                 refused.problem().text().c_str());
        verifyEmpty(workspace);
    }

    void refusesAnInvalidManifest_data() {
        QTest::addColumn<QString>("manifest");
        const auto row = [](const char* name, const char* manifest) {
            QTest::newRow(name) << QString(manifest);
        };
        row("not an object", "[]");
        row("not JSON", "{");
        row("another format", R"({"format": "zip", "version": 1})");
        row("of a later version", R"({"format": "flip-run", "version": 2})");
        row("no run", R"({"format": "flip-run", "version": 1, "files": []})");
        row("a run without members",
            R"({"format": "flip-run", "version": 1, "run": {}, "facts_hash": "", "files": []})");
    }

    void refusesAnInvalidManifest() {
        QFETCH(QString, manifest);
        auto writer = ZipWriter::create(at("run.zip"));
        QVERIFY(writer->addText("run.json", manifest.toStdString()).ok());
        QVERIFY(writer->addText("facts.tsv", "").ok());
        QVERIFY(writer->finish().ok());
        const Workspace workspace = freshWorkspace();
        QVERIFY(!importRun(workspace, at("run.zip"), "").ok());
        verifyEmpty(workspace);
    }

    void refusesFilesOutsideTheRun_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"../out", "/tmp/out", "a/../../out", "", "lock", "a/"}) {
            QTest::newRow(name) << QString(name);
        }
    }

    void refusesFilesOutsideTheRun() {
        QFETCH(QString, name);
        QJsonObject run{{"seed", 1}, {"last_step", 0}, {"facts", 0}};
        for (const char* key : {"name", "status", "kind", "dataset", "dataset_hash", "created",
                                "ended", "parent", "spec", "ending", "last_stage"}) {
            run[key] = "finished";
        }
        const QJsonObject manifest{
            {"format", "flip-run"},
            {"version", 1},
            {"facts_hash", ""},
            {"run", run},
            {"files", QJsonArray{QJsonObject{{"name", name}, {"bytes", 3}, {"hash", "x"}}}}};
        auto writer = ZipWriter::create(at("run.zip"));
        QVERIFY(writer->addText("run.json", QJsonDocument(manifest).toJson().toStdString()).ok());
        QVERIFY(writer->addText("facts.tsv", "").ok());
        QVERIFY(writer->addText("files/" + name.toStdString(), "out").ok());
        QVERIFY(writer->finish().ok());
        const Workspace workspace = freshWorkspace();
        const auto refused = importRun(workspace, at("run.zip"), "");
        QVERIFY(!refused.ok());
        QVERIFY2(refused.problem().what.find("run.json") != std::string::npos,
                 refused.problem().text().c_str());
        verifyEmpty(workspace);
    }

    void aKilledImportIsCompleteOrAbsent() {
        const PredictedRun project;
        QVERIFY(exportTo(project, at("run.zip")).ok());
        const Workspace workspace = freshWorkspace();
        std::mt19937 random(1);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
        while (std::chrono::steady_clock::now() < end) {
            ChildProcess child([&] {
                for (;;) {
                    static_cast<void>(importRun(workspace, at("run.zip"), ""));
                    static_cast<void>(deleteRuns(workspace, {"clicked"}, false));
                    static_cast<void>(purgeRuns(workspace, {}));
                }
                return 0;
            });
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
            child.kill();
            auto store = RunStore::open(workspace);
            QVERIFY(checkDatabase(workspace.database()).damaged.empty());
            const bool isThere = store->list()->runs.size() + store->trashed()->runs.size() == 1;
            QCOMPARE(fs::exists(workspace.checkpoints("clicked")), isThere);
            QVERIFY(!isThere || contentOf(workspace.checkpoints("clicked") / kPredictionsFile) ==
                                    contentOf(project.predictionsFile()));
        }
    }

    void undoesAnUnfinishedImport() {
        const PredictedRun project;
        QVERIFY(exportTo(project, at("run.zip")).ok());
        const Workspace workspace = freshWorkspace();
        QVERIFY(importRun(workspace, at("run.zip"), "").ok());
        {
            // The state after a kill before the last step.
            SQLite::Database database(workspace.database().string(), SQLite::OPEN_READWRITE);
            database.exec("INSERT INTO trash SELECT id, '', 1, NULL FROM runs");
        }
        verifyEmpty(workspace);
        QVERIFY(importRun(workspace, at("run.zip"), "").ok());
    }
};

QTEST_GUILESS_MAIN(RunArchiveTest)
#include "run_archive_test.moc"
