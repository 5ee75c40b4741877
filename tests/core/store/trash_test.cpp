#include "core/store/trash.h"

#include "core/store/database_check.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "tests/core/base/child_process.h"
#include "tests/core/store/predicted_run.h"
#include "tests/core/store/recorded_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace flip;
using flip::test::PredictedRun;

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr std::size_t kWeightBytes = 100'000;

std::string contentOf(const fs::path& file) {
    const auto bytes = readFile(file);
    return bytes ? *bytes : std::string();
}

/// A run with a file of its own content in its folder.
void makeRun(const Workspace& workspace, const std::string& name, const std::string& parent = "",
             const std::string& dataset = "clicks", const std::string& hash = "hash") {
    RunSpec spec = defaultSpec();
    spec.data.dataset = dataset;
    RunRecorder recorder = *RunRecorder::create(workspace, name, spec, hash, parent);
    recorder.take(startedEvent());
    recorder.take(stepEvent(1));
    recorder.take(endEvent());
    std::string weights = name;
    weights.resize(kWeightBytes, '.');
    std::ofstream(workspace.checkpoints(name) / "weights.safetensors") << weights;
}

/// Whether files and facts of a run are those of makeRun().
bool isWhole(const Workspace& workspace, const std::string& name) {
    std::string weights = name;
    weights.resize(kWeightBytes, '.');
    CollectingSink sink;
    auto store = RunStore::open(workspace);
    return store && store->replay(name, sink) && sink.lines.size() == 3 &&
           contentOf(workspace.checkpoints(name) / "weights.safetensors") == weights;
}

Names namesOf(const Result<StoredRuns>& stored) {
    Names names;
    for (const RunSummary& run : stored->runs) {
        names.push_back(run.name);
    }
    std::ranges::sort(names);
    return names;
}

Names listed(const Workspace& workspace) {
    return namesOf(RunStore::open(workspace)->list());
}

Names trashed(const Workspace& workspace) {
    return namesOf(RunStore::open(workspace)->trashed());
}

} // namespace

class TrashTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    std::unique_ptr<Workspace> workspace_;

    void execute(const std::string& sql) const {
        SQLite::Database database(workspace_->database().string(), SQLite::OPEN_READWRITE);
        database.exec(sql);
    }

private Q_SLOTS:
    void init() {
        workspace_ = std::make_unique<Workspace>(
            *Workspace::open(temporary_.filePath(QTest::currentTestFunction()).toStdString() + "-" +
                             (QTest::currentDataTag() == nullptr ? "" : QTest::currentDataTag())));
    }

    void hidesADeletedRunUntilItIsRestored() {
        for (const char* name : {"keep", "junk", "trash"}) {
            makeRun(*workspace_, name);
        }
        const auto deleted = deleteRuns(*workspace_, {"junk", "trash", "junk"}, false);
        QVERIFY2(deleted.ok(), deleted.ok() ? "" : deleted.problem().text().c_str());
        QVERIFY((deleted->runs == Names{"junk", "trash"}));
        QVERIFY(deleted->bytes >= 2 * kWeightBytes && deleted->bytes < 2 * kWeightBytes + 1000);
        QVERIFY(listed(*workspace_) == Names{"keep"});
        QVERIFY((trashed(*workspace_) == Names{"junk", "trash"}));
        auto store = RunStore::open(*workspace_);
        const auto found = store->find("junk");
        QVERIFY(!found.ok());
        QVERIFY(found.problem().what.find("is in the trash") != std::string::npos);
        QVERIFY(restoreRuns(*workspace_, {"junk"}).ok());
        QVERIFY((listed(*workspace_) == Names{"junk", "keep"}));
        QVERIFY(isWhole(*workspace_, "junk"));
        QCOMPARE(store->find("junk")->status, RunStatus::Finished);
    }

    void purgeRemovesFilesAndFacts() {
        for (const char* name : {"keep", "one", "two", "three"}) {
            makeRun(*workspace_, name);
        }
        QVERIFY(deleteRuns(*workspace_, {"one", "two", "three"}, false).ok());
        const auto one = purgeRuns(*workspace_, {"one"});
        QVERIFY2(one.ok(), one.ok() ? "" : one.problem().text().c_str());
        QVERIFY(one->runs == Names{"one"} && one->problems.empty());
        QVERIFY(one->bytes >= kWeightBytes);
        QVERIFY(!fs::exists(workspace_->checkpoints("one")));
        QVERIFY((trashed(*workspace_) == Names{"three", "two"}));
        const auto rest = purgeRuns(*workspace_, {});
        QVERIFY((rest->runs == Names{"two", "three"}));
        QVERIFY(rest->bytes >= 2 * kWeightBytes);
        QVERIFY(trashed(*workspace_).empty());
        QVERIFY(isWhole(*workspace_, "keep"));
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        const auto none = purgeRuns(*workspace_, {});
        QVERIFY(none.ok() && none->runs.empty() && none->bytes == 0);
        makeRun(*workspace_, "one"); // its name is free again
    }

    void purgeShrinksTheDatabase() {
        makeRun(*workspace_, "keep");
        {
            RunRecorder recorder = newRun(*workspace_, "long");
            for (std::int64_t step = 1; step <= 5000; ++step) {
                recorder.take(stepEvent(step));
            }
            recorder.take(endEvent());
        }
        const auto before = fs::file_size(workspace_->database());
        QVERIFY(deleteRuns(*workspace_, {"long"}, false).ok());
        const auto purged = purgeRuns(*workspace_, {});
        const auto after = fs::file_size(workspace_->database());
        QVERIFY2(after < before / 4, qPrintable(QString::number(after)));
        QVERIFY(purged->bytes + 200'000 > before - after && purged->bytes > before / 2);
        QVERIFY(isWhole(*workspace_, "keep"));
    }

    void refusesToDeleteUnlessAllCanBeDeleted_data() {
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<QString>("says");
        QTest::newRow("a missing run") << QStringList{"plain", "nobody"} << "no run";
        QTest::newRow("one in the trash") << QStringList{"plain", "junk"} << "is in the trash";
        QTest::newRow("a running one") << QStringList{"plain", "live"} << "is running";
        QTest::newRow("a parent") << QStringList{"plain", "parent"} << "child-1, child-2";
        QTest::newRow("a parent with one of its children")
            << QStringList{"parent", "child-2"} << "weights: child-1;";
    }

    void refusesToDeleteUnlessAllCanBeDeleted() {
        QFETCH(QStringList, names);
        QFETCH(QString, says);
        for (const char* name : {"plain", "junk", "parent"}) {
            makeRun(*workspace_, name);
        }
        for (const char* name : {"child-1", "child-2", "child-3"}) {
            makeRun(*workspace_, name, "parent");
        }
        QVERIFY(deleteRuns(*workspace_, {"junk", "child-3"}, false).ok());
        const RunRecorder live = newRun(*workspace_, "live");
        const Names before = listed(*workspace_);
        Names chosen;
        for (const QString& name : names) {
            chosen.push_back(name.toStdString());
        }
        const auto deleted = deleteRuns(*workspace_, chosen, false);
        QVERIFY(!deleted.ok());
        QVERIFY2(QString::fromStdString(deleted.problem().text()).contains(says),
                 deleted.problem().text().c_str());
        QVERIFY(listed(*workspace_) == before);
    }

    void deletesAParentWithItsChildrenOrWithForce() {
        makeRun(*workspace_, "parent");
        makeRun(*workspace_, "child", "parent");
        QVERIFY(deleteRuns(*workspace_, {"parent"}, /*force=*/true).ok());
        QVERIFY(listed(*workspace_) == Names{"child"});
        QVERIFY(restoreRuns(*workspace_, {"parent"}).ok());
        QVERIFY(deleteRuns(*workspace_, {"parent", "child"}, false).ok());
        QVERIFY(listed(*workspace_).empty());
    }

    void deletesACrashedRun() {
        ChildProcess child([&] {
            RunRecorder recorder = newRun(*workspace_, "fallen");
            recorder.take(startedEvent());
            ::_exit(0);
            return 0;
        });
        child.wait();
        QVERIFY(deleteRuns(*workspace_, {"fallen"}, false).ok());
        QVERIFY(listed(*workspace_).empty());
        QVERIFY(restoreRuns(*workspace_, {"fallen"}).ok());
        QCOMPARE(RunStore::open(*workspace_)->find("fallen")->status, RunStatus::Crashed);
    }

    void refusesToResumeOrReplaceARunInTheTrash() {
        makeRun(*workspace_, "junk");
        QVERIFY(deleteRuns(*workspace_, {"junk"}, false).ok());
        const auto resumed = RunRecorder::resume(*workspace_, "junk", std::nullopt, 0);
        QVERIFY(!resumed.ok());
        QVERIFY(resumed.problem().what.find("flip runs restore") != std::string::npos);
        const auto again = RunRecorder::create(*workspace_, "junk", defaultSpec(), "hash", "");
        QVERIFY(!again.ok());
        QVERIFY(again.problem().what.find("flip runs purge") != std::string::npos);
        QVERIFY(restoreRuns(*workspace_, {"junk"}).ok());
        QVERIFY(isWhole(*workspace_, "junk"));
    }

    void restoreAndPurgeRefuseARunOutsideTheTrash() {
        makeRun(*workspace_, "keep");
        makeRun(*workspace_, "junk");
        QVERIFY(deleteRuns(*workspace_, {"junk"}, false).ok());
        const auto restored = restoreRuns(*workspace_, {"junk", "keep"});
        QVERIFY(!restored.ok());
        QCOMPARE(restored.problem().where, "keep");
        const auto purged = purgeRuns(*workspace_, {"junk", "keep"});
        QVERIFY(!purged.ok());
        QCOMPARE(purged.problem().where, "keep");
        QVERIFY(trashed(*workspace_) == Names{"junk"});
        QVERIFY(isWhole(*workspace_, "keep"));
    }

    void finishesAKilledPurgeAtTheNextOpen() {
        makeRun(*workspace_, "keep");
        makeRun(*workspace_, "junk");
        QVERIFY(deleteRuns(*workspace_, {"junk"}, false).ok());
        execute("UPDATE trash SET purging = 1, digest = NULL");
        fs::remove(workspace_->checkpoints("junk") / "weights.safetensors");
        const auto toRead = Workspace::open(workspace_->folder(), WorkspaceUse::Read);
        QVERIFY(listed(*toRead) == Names{"keep"});
        QVERIFY(fs::exists(workspace_->checkpoints("junk"))); // opening for reading removes nothing
        QVERIFY(!restoreRuns(*toRead, {"junk"}).ok());
        QVERIFY(listed(*workspace_) == Names{"keep"});
        QVERIFY(!fs::exists(workspace_->checkpoints("junk")));
        QVERIFY(trashed(*workspace_).empty());
        QVERIFY(isWhole(*workspace_, "keep"));
    }

    void survivesKillsAtAnyMoment() {
        const Names names{"a", "b", "c", "d"};
        std::mt19937 random(1);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(4);
        int kills = 0;
        for (; std::chrono::steady_clock::now() < end; ++kills) {
            for (const std::string& name : names) {
                if (!fs::exists(workspace_->checkpoints(name))) {
                    makeRun(*workspace_, name);
                }
            }
            ChildProcess child([&] {
                for (;;) {
                    static_cast<void>(deleteRuns(*workspace_, {"a", "b", "c"}, false));
                    static_cast<void>(restoreRuns(*workspace_, {"b"}));
                    static_cast<void>(purgeRuns(*workspace_, {"a"}));
                    static_cast<void>(restoreRuns(*workspace_, {"c"}));
                    static_cast<void>(purgeRuns(*workspace_, {}));
                    makeRun(*workspace_, "a");
                }
                return 0;
            });
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
            child.kill();
            Names there = listed(*workspace_);
            const Names hidden = trashed(*workspace_);
            QVERIFY(!hidden.empty() || !there.empty());
            if (!hidden.empty()) {
                QVERIFY(restoreRuns(*workspace_, hidden).ok());
            }
            there = listed(*workspace_);
            for (const char* name : {"b", "c", "d"}) { // never purged
                QVERIFY2(std::ranges::find(there, name) != there.end(), name);
                QVERIFY2(isWhole(*workspace_, name), name);
            }
            // The kill may also have interrupted the creation of this one.
            if (!isWhole(*workspace_, "a") && fs::exists(workspace_->checkpoints("a"))) {
                static_cast<void>(deleteRuns(*workspace_, {"a"}, false));
                static_cast<void>(purgeRuns(*workspace_, {"a"}));
                fs::remove_all(workspace_->checkpoints("a"));
            }
            QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        }
        QVERIFY(kills > 5);
    }

    void concurrentProgramsLoseNothing() {
        for (const char* name : {"a", "b", "c", "keep"}) {
            makeRun(*workspace_, name);
        }
        std::vector<std::unique_ptr<ChildProcess>> programs;
        for (int i = 0; i < 4; ++i) {
            programs.push_back(std::make_unique<ChildProcess>([&, i] {
                for (int round = 0; round < 30; ++round) {
                    static_cast<void>(deleteRuns(*workspace_, {"a", "b"}, false));
                    static_cast<void>(restoreRuns(*workspace_, {"b"}));
                    if (i == 0) {
                        static_cast<void>(purgeRuns(*workspace_, {"a"}));
                    }
                    static_cast<void>(
                        RunRecorder::create(*workspace_, "a", defaultSpec(), "hash", ""));
                    if (!isWhole(*workspace_, "keep")) {
                        return 1;
                    }
                }
                return 0;
            }));
        }
        for (const auto& program : programs) {
            QCOMPARE(program->wait(), 0);
        }
        static_cast<void>(restoreRuns(*workspace_, {"b"}));
        for (const char* name : {"b", "c", "keep"}) {
            QVERIFY2(isWhole(*workspace_, name), name);
        }
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
    }

    void refusesADatasetThatRunsUse() {
        const PredictedRun project;
        const Workspace workspace = project.workspace();
        const auto refused = deleteDataset(workspace, "clicks", false);
        QVERIFY(!refused.ok());
        QVERIFY(refused.problem().what.find("clicked") != std::string::npos);
        QVERIFY(refused.problem().what.find("--with-runs") != std::string::npos);
        QVERIFY(workspace.datasetNames() == Names{"clicks"});
        const auto hash = Dataset::open(workspace.dataset("clicks"))->hash();
        const auto deleted = deleteDataset(workspace, "clicks", true);
        QVERIFY2(deleted.ok(), deleted.ok() ? "" : deleted.problem().text().c_str());
        QVERIFY(deleted->runs == Names{"clicked"} && deleted->datasets == Names{"clicks"});
        QVERIFY(workspace.datasetNames().empty() && listed(workspace).empty());
        QVERIFY(trashedDatasets(workspace) == Names{"clicks"});
        QVERIFY(restoreDataset(workspace, "clicks").ok());
        QVERIFY(restoreRuns(workspace, {"clicked"}).ok());
        QCOMPARE(Dataset::open(workspace.dataset("clicks"))->hash(), hash);
        QVERIFY(project.summary().status == RunStatus::Finished);
    }

    void ignoresRunsOnOtherRowsOrInTheTrash() {
        const PredictedRun project;
        const Workspace workspace = project.workspace();
        project.changeDataset();
        QVERIFY(deleteDataset(workspace, "clicks", false).ok());
        QVERIFY(restoreDataset(workspace, "clicks").ok());
        makeRun(workspace, "new", "", "clicks", Dataset::open(workspace.dataset("clicks"))->hash());
        QVERIFY(!deleteDataset(workspace, "clicks", false).ok());
        QVERIFY(deleteRuns(workspace, {"new"}, false).ok());
        QVERIFY(deleteDataset(workspace, "clicks", false).ok());
        QVERIFY(listed(workspace) == Names{"clicked"});
    }

    void refusesADatasetThatARunTrainsOn() {
        const PredictedRun project;
        const Workspace workspace = project.workspace();
        RunSpec spec = defaultSpec();
        spec.data.dataset = "clicks";
        const auto live = RunRecorder::create(
            workspace, "live", spec, Dataset::open(workspace.dataset("clicks"))->hash(), "");
        const auto refused = deleteDataset(workspace, "clicks", true);
        QVERIFY(!refused.ok());
        QVERIFY(refused.problem().what.find("'live' is training") != std::string::npos);
        QVERIFY((listed(workspace) == Names{"clicked", "live"}));
        QVERIFY(workspace.datasetNames() == Names{"clicks"});
    }

    void keepsSeveralDatasetsOfOneNameInTheTrash() {
        const PredictedRun project;
        const Workspace workspace = project.workspace();
        QVERIFY(deleteDataset(workspace, "clicks", true).ok());
        project.changeDataset();
        const auto second = Dataset::open(workspace.dataset("clicks"))->hash();
        QVERIFY(!restoreDataset(workspace, "clicks").ok()); // the name is taken
        QVERIFY(deleteDataset(workspace, "clicks", true).ok());
        QVERIFY(restoreDataset(workspace, "clicks").ok());
        QCOMPARE(Dataset::open(workspace.dataset("clicks"))->hash(), second);
        QVERIFY(trashedDatasets(workspace) == Names{"clicks"});
        const auto purged = purgeDatasets(workspace, {"clicks"});
        QVERIFY(purged->datasets == Names{"clicks"} && purged->bytes > 1000);
        QVERIFY(trashedDatasets(workspace).empty());
        QVERIFY(workspace.datasetNames() == Names{"clicks"});
        QVERIFY(purgeDatasets(workspace, {})->datasets.empty());
        QVERIFY(!purgeDatasets(workspace, {"clicks"}).ok());
        QVERIFY(!restoreDataset(workspace, "clicks").ok());
    }

    void finishesAKilledDatasetPurge() {
        const PredictedRun project;
        const Workspace workspace = project.workspace();
        QVERIFY(deleteDataset(workspace, "clicks", true).ok());
        const fs::path trash = workspace.datasets() / ".trash";
        fs::rename(trash / "clicks~1", trash / ".purge-clicks~1");
        QVERIFY(trashedDatasets(workspace).empty());
        QVERIFY(!restoreDataset(workspace, "clicks").ok());
        QVERIFY(RunStore::open(workspace).ok());
        QVERIFY(fs::is_empty(trash));
    }

    void refusesNamesThatAreNotDatasets_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"nothing", "", ".", "..", "../checkpoints", ".trash", "a/b"}) {
            QTest::newRow(name) << QString(name);
        }
    }

    void refusesNamesThatAreNotDatasets() {
        QFETCH(QString, name);
        makeRun(*workspace_, "keep");
        fs::create_directories(workspace_->datasets() / ".trash");
        QVERIFY(!deleteDataset(*workspace_, name.toStdString(), true).ok());
        QVERIFY(!restoreDataset(*workspace_, name.toStdString()).ok());
        QVERIFY(!purgeDatasets(*workspace_, {name.toStdString()}).ok());
        QVERIFY(isWhole(*workspace_, "keep"));
        QVERIFY(fs::exists(workspace_->datasets()));
    }

    void doesNotFollowLinks() {
        makeRun(*workspace_, "junk");
        const fs::path elsewhere = workspace_->folder() / "elsewhere";
        fs::create_directories(elsewhere);
        std::ofstream(elsewhere / "mine") << "kept";
        fs::create_directory_symlink(elsewhere, workspace_->checkpoints("junk") / "link");
        QVERIFY(deleteRuns(*workspace_, {"junk"}, false).ok());
        QVERIFY(purgeRuns(*workspace_, {}).ok());
        QCOMPARE(contentOf(elsewhere / "mine"), "kept");
    }
};

QTEST_GUILESS_MAIN(TrashTest)
#include "trash_test.moc"
