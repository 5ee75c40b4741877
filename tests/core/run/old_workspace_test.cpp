#include "tests/core/run/tiny_project.h"

#include "core/report/run_comparison.h"
#include "core/report/run_groups.h"
#include "core/store/predictions.h"

#include <QtCore/QProcess>
#include <QtTest/QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

/// A workspace that version 0.1.0 wrote before recipes had versions
/// (fixtures/old_workspace/0.1.0.tar.gz): pretrained, joint, whole and id runs on 240 rows, one of
/// them stopped. The expected numbers are those of that version.
class OldWorkspaceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QProcess tar;
        tar.start("tar", {"-xzf", FLIP_TEST_FIXTURES "/old_workspace/0.1.0.tar.gz", "-C",
                          folder_->path()});
        QVERIFY(tar.waitForFinished() && tar.exitCode() == 0);
        fs::create_directories(path() / "models");
        fs::copy(FLIP_TEST_FIXTURES "/tiny_bert", path() / "models/tiny_bert");
    }

    void listsEveryRun() {
        const auto stored = store().list();
        QVERIFY2(stored, stored ? "" : stored.problem().text().c_str());
        QVERIFY(stored->unreadable.empty());
        std::string line;
        for (const RunSummary& run : stored->runs) {
            line += run.name + " " + std::string(wordOf(run.status)) + ", ";
        }
        QCOMPARE(line,
                 std::string("cut stopped, dcn-5 finished, ids-5 finished, dcn-4 finished, "
                             "ids-4 finished, dcn-3 finished, ids-3 finished, whole finished, "
                             "joint finished, pre finished, "));
        const RunSummary& joint = stored->runs[8];
        QCOMPARE(joint.spec.finetune.from, std::string("pre"));
        QVERIFY(joint.spec.finetune.mixing == MixingWeights::Unknown);
        QCOMPARE(joint.identity.device, std::string("cpu"));
        QCOMPARE(joint.identity.threads, std::int64_t{1});
        QVERIFY(joint.identity.languageModel.empty()); // that version did not store it
    }

    void groupsAndComparesAsBefore() {
        auto runs = store().list()->runs;
        std::erase_if(runs, [](const RunSummary& run) {
            return run.kind != RunKind::Finetune || !run.parent.empty();
        });
        const auto groups = sameRecipes(runs);
        QCOMPARE(groups.size(), std::size_t{2}); // dcn and deepfm, three seeds each
        QCOMPARE(groups[0].size(), std::size_t{3});
        QCOMPARE(groups[1].size(), std::size_t{3});
        const auto compared = compareRuns(
            workspace(), {*store().find("ids-3"), *store().find("dcn-3")}, Split::Test, {});
        QVERIFY2(compared, compared ? "" : compared.problem().text().c_str());
        const std::string text = describeComparison(*compared);
        QVERIFY2(text.find("+0.0278        | -0.1167 to +0.1723 | 0.71") != std::string::npos,
                 text.c_str());
    }

    void resumesAStoppedRun() {
        Listener rest;
        const RunEnded ended = resumeRun("cut", workspace(), rest, rest.stop.get_token());
        QVERIFY2(ended.status == RunStatus::Finished,
                 ended.problem ? ended.problem->text().c_str() : "");
        QVERIFY(rest.all<RunStarted>().at(0).resumedFromStep > 0);
        // The result of an uninterrupted run of that version; another processor rounds differently.
        const double logLoss = ended.metrics.at("test").at("").logLoss;
        QVERIFY2(std::abs(logLoss - 0.7047586561405028) < 1e-4, std::to_string(logLoss).c_str());
    }

    void startsARunFromAnOldOne() {
        RunDraft draft;
        for (const char* assignment :
             {"data.dataset=tiny", "kind=finetune", "finetune.from=pre", "finetune.epochs=1",
              "plm.path=tiny_bert", "plm.layers=1", "text.max_tokens=40", "id.backbone=deepfm",
              "id.embedding_dim=4", "id.hidden=[8]", "threads=1", "device=cpu"}) {
            QVERIFY(applyAssignment(draft, assignment).ok());
        }
        Listener listener;
        const RunEnded ended =
            executeRun(*resolve(draft), workspace(), "new", listener, listener.stop.get_token());
        QVERIFY2(ended.status == RunStatus::Finished,
                 ended.problem ? ended.problem->text().c_str() : "");
    }

    void aDamagedEntryHidesOnlyThatRun() {
        {
            SQLite::Database database(workspace().database().string(), SQLite::OPEN_READWRITE);
            database.exec("UPDATE runs SET seed = 9 WHERE name = 'joint'");
        }
        const auto stored = store().list();
        QVERIFY(stored.ok());
        QCOMPARE(stored->runs.size(), std::size_t{9});
        QCOMPARE(stored->unreadable.size(), std::size_t{1});
        QVERIFY(stored->unreadable[0].what.find("the run \"joint\" cannot be read") == 0);
        QVERIFY(store().find("whole").ok());
        const auto damaged = store().find("joint");
        QVERIFY(!damaged && damaged.problem().text().find("joint") != std::string::npos);
        // The other runs can still be used.
        Listener rest;
        QCOMPARE(resumeRun("cut", workspace(), rest, rest.stop.get_token()).status,
                 RunStatus::Finished);
    }

private:
    fs::path path() const { return folder_->path().toStdString(); }
    Workspace workspace() const { return *Workspace::open(path()); }
    RunStore store() const { return std::move(*RunStore::open(workspace())); }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(OldWorkspaceTest)
#include "old_workspace_test.moc"
