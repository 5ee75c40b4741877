#include "core/store/run_store.h"

#include "core/spec/options.h"
#include "core/store/database_check.h"
#include "core/store/run_recorder.h"
#include "tests/core/store/recorded_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

using namespace flip;

class RunStoreTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    std::unique_ptr<Workspace> workspace_;

    RunStore store() const {
        auto opened = RunStore::open(*workspace_);
        if (!opened) {
            qFatal("%s", opened.problem().text().c_str());
        }
        return *std::move(opened);
    }

    std::vector<std::string> stored(const std::string& run) const {
        CollectingSink sink;
        const auto replayed = store().replay(run, sink);
        if (!replayed) {
            qFatal("%s", replayed.problem().text().c_str());
        }
        return sink.lines;
    }

private Q_SLOTS:
    void init() {
        auto opened =
            Workspace::open(temporary_.filePath(QTest::currentTestFunction()).toStdString());
        QVERIFY(opened.ok());
        workspace_ = std::make_unique<Workspace>(*std::move(opened));
    }

    void aNewWorkspaceHasNoRuns() {
        const auto runs = store().list()->runs;
        QVERIFY(runs.empty());
    }

    void replayedRunEqualsLiveRun() {
        CollectingSink live;
        {
            RunRecorder recorder = newRun(*workspace_, "a-run");
            const auto report = [&](const RunEvent& event) {
                live.take(event);
                recorder.take(event);
            };
            report(startedEvent());
            for (int step = 1; step <= 500; ++step) {
                report(stepEvent(step, step * 0.01));
            }
            report({.wallSeconds = 5,
                    .fact = AlignmentMeasured{.masked = {"a"},
                                              .words = {"a"},
                                              .share = {0.1},
                                              .lift = {1.0 / 3},
                                              .toFields = {0.7}}});
            report({.wallSeconds = 6, .fact = LogLine{"warning", "3 rows are cut"}});
            report(endEvent());
            QVERIFY(!recorder.problem());
        }
        QCOMPARE(stored("a-run"), live.lines);
    }

    void keepsEverythingAboutTheRun() {
        RandomStream random(9, "test");
        RunSpec spec = randomSpec(random);
        spec.data.dataset = "books";
        {
            auto recorder = RunRecorder::create(*workspace_, "child", spec, "abc", "parent-run");
            QVERIFY(recorder.ok());
            QCOMPARE(recorder->name(), std::string("child"));
            recorder->take(stepEvent(3, 1, RunStage::Pretrain));
            recorder->take(stepEvent(7, 2, RunStage::Finetune));
            recorder->take(endEvent());
        }
        const auto run = store().find("child");
        QVERIFY2(run, run ? "" : run.problem().text().c_str());
        QCOMPARE(run->name, std::string("child"));
        QCOMPARE(run->status, RunStatus::Finished);
        QCOMPARE(run->kind, spec.kind);
        QCOMPARE(run->dataset, std::string("books"));
        QCOMPARE(run->datasetHash, std::string("abc"));
        QCOMPARE(run->seed, spec.seed);
        QCOMPARE(run->parent, std::string("parent-run"));
        QCOMPARE(run->lastStage, std::optional(RunStage::Finetune));
        QCOMPARE(run->lastStep, std::int64_t{7});
        QVERIFY(differences(run->spec, spec).empty());
        QCOMPARE(run->end.seconds, 12.5);
        QCOMPARE(*run->end.metrics.at("test").at("").auc, 0.875);
        const auto created =
            QDateTime::fromString(QString::fromStdString(run->created), Qt::ISODate);
        QVERIFY(std::abs(created.secsTo(QDateTime::currentDateTimeUtc())) < 60);
    }

    void aLiveRunIsRunning() {
        RunRecorder recorder = newRun(*workspace_, "live");
        recorder.take(startedEvent());
        const auto run = store().find("live");
        QVERIFY(run.ok());
        QCOMPARE(run->status, RunStatus::Running);
        QCOMPARE(run->end.status, RunStatus::Running);
    }

    void aRunWithoutAnEndIsCrashed() {
        {
            RunRecorder recorder = newRun(*workspace_, "gone");
            recorder.take(stepEvent(1, 3.5));
        }
        const auto runs = store().list()->runs;
        QCOMPARE(runs.at(0).status, RunStatus::Crashed);
        QCOMPARE(runs.at(0).end.status, RunStatus::Crashed);
        QCOMPARE(runs.at(0).end.seconds, 3.5);
        QVERIFY(runs.at(0).end.reason.find("noticed 20") != std::string::npos);
        QCOMPARE(store().find("gone")->end.reason, runs.at(0).end.reason);
    }

    void listsTheNewestFirst() {
        for (const char* name : {"one", "two", "three"}) {
            newRun(*workspace_, name).take(endEvent());
        }
        const auto runs = store().list()->runs;
        QCOMPARE(runs.size(), std::size_t{3});
        QCOMPARE(runs.front().name, std::string("three"));
        QCOMPARE(runs.back().name, std::string("one"));
    }

    void choosesFreeNames() {
        QCOMPARE(newRun(*workspace_).name(), std::string("flip-movielens-100k-1"));
        QCOMPARE(newRun(*workspace_).name(), std::string("flip-movielens-100k-2"));
        newRun(*workspace_, "flip-movielens-100k-4");
        QCOMPARE(newRun(*workspace_).name(), std::string("flip-movielens-100k-3"));
        QCOMPARE(newRun(*workspace_).name(), std::string("flip-movielens-100k-5"));
        QCOMPARE(newRun(*workspace_, "", defaultSpec("books", "pretrain")).name(),
                 std::string("pretrain-books-1"));
    }

    void avoidsFoldersWithFilesOfAnUnknownRun() {
        QVERIFY(makeFolder(workspace_->checkpoints("flip-movielens-100k-1") / "last").ok());
        QCOMPARE(newRun(*workspace_).name(), std::string("flip-movielens-100k-2"));
        const auto refused =
            RunRecorder::create(*workspace_, "flip-movielens-100k-1", defaultSpec(), "", "");
        QVERIFY(!refused);
        QCOMPARE(refused.problem().where,
                 workspace_->checkpoints("flip-movielens-100k-1").string());
    }

    void refusesNames_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("taken") << "taken";
        QTest::newRow("path") << "../elsewhere";
        QTest::newRow("hidden") << ".x";
    }
    void refusesNames() {
        QFETCH(QString, name);
        RunRecorder taken = newRun(*workspace_, "taken" + std::string(QTest::currentDataTag()));
        const std::string wanted = name == "taken" ? taken.name() : name.toStdString();
        const std::size_t before = store().list()->runs.size();
        const auto refused = RunRecorder::create(*workspace_, wanted, defaultSpec(), "", "");
        QVERIFY(!refused);
        QVERIFY(refused.problem().text().find(wanted) != std::string::npos);
        QCOMPARE(store().list()->runs.size(), before);
        QCOMPARE(store().find(taken.name())->status, RunStatus::Running);
    }

    void reportsAnUnknownRun() {
        CollectingSink sink;
        const auto replayed = store().replay("nobody", sink);
        QVERIFY(!replayed);
        QCOMPARE(replayed.problem().where, std::string("nobody"));
        QVERIFY(!store().find("nobody"));
        QVERIFY(!RunRecorder::resume(*workspace_, "nobody", std::nullopt, 0));
    }

    void aFollowerGetsEachFactOnce() {
        RunRecorder recorder = newRun(*workspace_, "followed");
        RunStore reader = store();
        CollectingSink sink;
        std::int64_t mark = 0;
        for (int round = 0; round < 5; ++round) {
            for (int i = 1; i <= 10; ++i) {
                recorder.take(stepEvent(round * 10 + i));
            }
            recorder.flush();
            const auto next = reader.replayFrom("followed", mark, sink);
            QVERIFY(next.ok());
            mark = *next;
            QCOMPARE(sink.lines.size(), static_cast<std::size_t>((round + 1) * 10));
        }
        QCOMPARE(*reader.replayFrom("followed", mark, sink), mark);
        QCOMPARE(sink.lines, stored("followed"));
    }

    void writesUrgentFactsAtOnce_data() {
        QTest::addColumn<Fact>("fact");
        QTest::newRow("epoch") << Fact(EpochDone{});
        QTest::newRow("alignment") << Fact(AlignmentMeasured{});
        QTest::newRow("checkpoint") << Fact(CheckpointSaved{});
        QTest::newRow("end") << Fact(RunEnded{.status = RunStatus::Finished});
        QTest::newRow("stage") << Fact(StageStarted{});
    }
    void writesUrgentFactsAtOnce() {
        QFETCH(Fact, fact);
        RunRecorder recorder = newRun(*workspace_, QTest::currentDataTag());
        recorder.take(startedEvent());
        recorder.take(stepEvent(1)); // waits for its batch
        recorder.take({.wallSeconds = 1, .fact = fact});
        QCOMPARE(stored(recorder.name()).size(), std::size_t{3});
    }

    void writesStepsInBatches() {
        RunRecorder recorder = newRun(*workspace_, "batched");
        recorder.take(startedEvent());
        recorder.take(stepEvent(1));
        QCOMPARE(stored("batched").size(), std::size_t{1});
        std::this_thread::sleep_for(std::chrono::milliseconds(210));
        recorder.take(stepEvent(2));
        QCOMPARE(stored("batched").size(), std::size_t{3});
        recorder.take(stepEvent(3));
        recorder.flush();
        QCOMPARE(stored("batched").size(), std::size_t{4});
    }

    void resumeKeepsFactsUpToTheCheckpoint() {
        const auto checkpoint = checkpointEvent(2);
        {
            RunRecorder recorder = newRun(*workspace_, "r");
            recorder.take(startedEvent());
            recorder.take(stepEvent(1));
            recorder.take(stepEvent(2));
            recorder.take(epochEvent(1, 2));
            recorder.take(checkpoint);
            recorder.take(stepEvent(3));
            recorder.take({.wallSeconds = 3, .fact = LogLine{"info", "later"}});
            recorder.take(endEvent(RunStatus::Stopped));
        }
        QCOMPARE(store().find("r")->lastStep, std::int64_t{3});
        std::int64_t mark = 0;
        CollectingSink before;
        mark = *store().replayFrom("r", mark, before);
        QCOMPARE(before.lines.size(), std::size_t{8});

        const auto files = workspace_->checkpoints("r");
        std::ofstream(files / "state.safetensors") << "whole";
        std::ofstream(files / "state.safetensors.x7Rk2a") << "half";
        auto resumed = RunRecorder::resume(*workspace_, "r", RunStage::Pretrain, 2);
        QVERIFY2(resumed, resumed ? "" : resumed.problem().text().c_str());
        QVERIFY(std::filesystem::exists(files / "state.safetensors"));
        QVERIFY(!std::filesystem::exists(files / "state.safetensors.x7Rk2a")); // left by a kill
        QCOMPARE(stored("r").size(), std::size_t{5});
        QCOMPARE(stored("r").back(), toJson(checkpoint));
        const auto live = store().find("r");
        QCOMPARE(live->status, RunStatus::Running);
        QCOMPARE(live->lastStep, std::int64_t{2});
        QVERIFY(live->end.metrics.empty());

        // A follower that saw the removed facts sees the new ones and where they start.
        resumed->take(startedEvent(/*resumedFrom=*/2));
        resumed->take(stepEvent(3));
        resumed->take(endEvent());
        CollectingSink after;
        QVERIFY(store().replayFrom("r", mark, after).ok());
        QCOMPARE(after.lines.size(), std::size_t{3});
        QCOMPARE(std::get<RunStarted>(after.events[0].fact).resumedFromStep, std::int64_t{2});
        QCOMPARE(store().find("r")->status, RunStatus::Finished);
    }

    void resumesWithoutTheFactOfItsCheckpoint() {
        {
            RunRecorder recorder = newRun(*workspace_, "r");
            for (int step = 1; step <= 9; ++step) {
                recorder.take(
                    stepEvent(step, 0, step < 5 ? RunStage::Pretrain : RunStage::Finetune));
            }
        }
        const auto resumed = RunRecorder::resume(*workspace_, "r", RunStage::Finetune, 7);
        QVERIFY(resumed.ok());
        QCOMPARE(stored("r").size(), std::size_t{7});
        QCOMPARE(store().find("r")->lastStage, std::optional(RunStage::Finetune));
        QCOMPARE(store().find("r")->lastStep, std::int64_t{7});
    }

    void resumeWithoutACheckpointStartsOver() {
        newRun(*workspace_, "r").take(stepEvent(1));
        const auto resumed = RunRecorder::resume(*workspace_, "r", std::nullopt, 0);
        QVERIFY(resumed.ok());
        QVERIFY(stored("r").empty());
        QCOMPARE(store().find("r")->lastStep, std::int64_t{0});
    }

    void resumesStoppedAndFailedRunsOnly_data() {
        QTest::addColumn<QString>("status");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("stopped") << "stopped" << true;
        QTest::newRow("failed") << "failed" << true;
        QTest::newRow("finished") << "finished" << false;
        QTest::newRow("diverged") << "diverged" << false;
    }
    void resumesStoppedAndFailedRunsOnly() {
        QFETCH(QString, status);
        QFETCH(bool, allowed);
        const RunStatus ended = choiceOf<RunStatus>(status.toStdString()).value();
        newRun(*workspace_, status.toStdString()).take(endEvent(ended));
        const auto resumed =
            RunRecorder::resume(*workspace_, status.toStdString(), std::nullopt, 0);
        QCOMPARE(resumed.ok(), allowed);
        if (!allowed) {
            QCOMPARE(resumed.problem().where, status.toStdString());
            QCOMPARE(store().find(status.toStdString())->status, ended);
        }
    }

    void refusesToResumeALiveRun() {
        RunRecorder recorder = newRun(*workspace_, "live");
        const auto resumed = RunRecorder::resume(*workspace_, "live", std::nullopt, 0);
        QVERIFY(!resumed);
        QVERIFY(resumed.problem().what.find("in use") != std::string::npos);
        recorder.take(endEvent());
        QCOMPARE(store().find("live")->status, RunStatus::Finished);
    }

    void moveAssignmentWritesAndReleasesTheOldRun() {
        RunRecorder first = newRun(*workspace_, "first");
        first.take(stepEvent(1));
        RunRecorder second = newRun(*workspace_, "second");
        second.take(stepEvent(1));
        second.take(stepEvent(2)); // waits
        second = std::move(first); // "second" is written and released
        QCOMPARE(stored("second").size(), std::size_t{2});
        QCOMPARE(store().find("second")->status, RunStatus::Crashed);
        second.take(endEvent());
        QCOMPARE(store().find("first")->status, RunStatus::Finished);
    }

    void findsNoDamageInAnIntactStore() {
        newRun(*workspace_, "r").take(endEvent());
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
    }
};

QTEST_GUILESS_MAIN(RunStoreTest)
#include "run_store_test.moc"
