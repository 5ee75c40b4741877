#include "ui/bridge/run_history.h"

#include "core/spec/options.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "tests/ui/sample_events.h"
#include "ui/models/run_feed.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace flip;
using namespace flip::ui;

namespace {

using Content = std::map<std::string, std::vector<CurvePoint>>;

Content content(RunFeed& feed, const std::string& run) {
    Content result;
    for (const SeriesKey& key : feed.curves().series(run)) {
        const auto points = feed.curves().points(key);
        result[std::string(wordOf(key.stage)) + '/' +
               std::to_string(static_cast<int>(key.quantity)) + '/' + key.term] = {points.begin(),
                                                                                   points.end()};
    }
    return result;
}

RunSpec spec() {
    const auto resolved = resolve([] {
        RunDraft draft;
        draft.set("kind", std::string("finetune"));
        draft.set("data.dataset", std::string("movielens-100k"));
        return draft;
    }());
    return *resolved;
}

/// Feed and history connected as in the window.
struct FeedAndHistory {
    RunFeed feed;
    RunHistory history;

    explicit FeedAndHistory(const Workspace& workspace) : history(workspace) {
        QObject::connect(&feed, &RunFeed::historyRequested, &history, &RunHistory::load);
        QObject::connect(&feed, &RunFeed::historyDropped, &history, &RunHistory::drop);
        QObject::connect(&history, &RunHistory::read, &feed, &RunFeed::takeHistory);
        QObject::connect(&history, &RunHistory::outdated, &feed, &RunFeed::reload);
        QObject::connect(&history, &RunHistory::unreadable, &feed, &RunFeed::failHistory);
    }
};

} // namespace

class RunHistoryTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::optional<Workspace> workspace_;

    RunRecorder recorder(const std::string& name) {
        return *RunRecorder::create(*workspace_, name, spec(), "hash", "");
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        workspace_ = *Workspace::open(folder_->path().toStdString());
    }

    void replayedFactsEqualLiveFacts() {
        const auto events = test::finetuningFacts("a", 5, 0.77, 2, 600); // more than one chunk
        RunFeed live;
        {
            RunRecorder store = recorder("a");
            for (const RunEvent& event : events) {
                store.take(event);
                live.takeLive({event});
            }
            QVERIFY(!store.problem());
        }
        FeedAndHistory both(*workspace_);
        both.feed.request("a");
        QTRY_VERIFY_WITH_TIMEOUT(!both.feed.isLoading("a"), 20000);
        QCOMPARE(content(both.feed, "a"), content(live, "a"));
        QCOMPARE(both.feed.journal().story("a")->end->status, RunStatus::Finished);
    }

    void followsARunOfAnotherProcess() {
        const auto events = test::finetuningFacts("a", 3, 0.77, 2, 20);
        RunRecorder store = recorder("a");
        for (std::size_t i = 0; i < 30; ++i) {
            store.take(events[i]);
        }
        store.flush();
        FeedAndHistory both(*workspace_);
        QSignalSpy listed(&both.history, &RunHistory::listed);
        both.history.start();
        QTRY_COMPARE_WITH_TIMEOUT(listed.count(), 1, 5000);
        const auto runs = listed[0][0].value<std::vector<RunSummary>>();
        QCOMPARE(runs.size(), std::size_t(1));
        QCOMPARE(runs[0].status, RunStatus::Running);

        both.feed.request("a");
        QTRY_COMPARE_WITH_TIMEOUT(both.feed.journal().story("a") != nullptr, true, 5000);
        QCOMPARE(both.feed.journal().story("a")->step, std::int64_t(27));
        for (std::size_t i = 30; i < events.size(); ++i) {
            store.take(events[i]);
        }
        store.flush();
        // A run of another process must be shown with at most 5 s delay.
        QTRY_VERIFY_WITH_TIMEOUT(both.feed.journal().story("a")->end.has_value(), 5000);
        RunFeed whole;
        whole.takeLive(events);
        QCOMPARE(content(both.feed, "a"), content(whole, "a"));
        const auto status = [&listed] {
            return listed.back()[0].value<std::vector<RunSummary>>()[0].status;
        };
        QTRY_COMPARE_WITH_TIMEOUT(status(), RunStatus::Finished, 5000);
    }

    /// Facts removed by a resume leave a gap in the numbering of the stored facts.
    void readsEachFactOfAResumedRunOnce() {
        const auto events = test::pretrainingFacts("a", 20, 2);
        {
            RunRecorder store = recorder("a");
            for (std::size_t i = 0; i < 20; ++i) { // the checkpoint of step 10, and steps after it
                store.take(events[i]);
            }
        }
        RunRecorder store = *RunRecorder::resume(*workspace_, "a", RunStage::Pretrain, 10);
        RunStarted again = std::get<RunStarted>(events.front().fact);
        again.resumedFromStep = 10;
        store.take({40, again});
        store.flush();
        struct Count final : RunSink {
            void take(const RunEvent&) override { ++facts; }
            int facts = 0;
        } stored;
        QVERIFY(RunStore::open(*workspace_)->replay("a", stored).ok());
        QVERIFY(stored.facts < 20);

        RunHistory history(*workspace_);
        int read = 0;
        connect(&history, &RunHistory::read, this,
                [&](const QString&, const std::vector<RunEvent>& facts, bool) {
                    read += static_cast<int>(facts.size());
                });
        history.load("a");
        QTRY_COMPARE_WITH_TIMEOUT(read, stored.facts, 5000);
        QTest::qWait(1500); // at least two checks of a run in progress
        QCOMPARE(read, stored.facts);
        store.take({41, LogLine{"info", "hello"}});
        store.flush();
        QTRY_COMPARE_WITH_TIMEOUT(read, stored.facts + 1, 5000);
    }

    void anUnchangedStoreIsNotReadAgain() {
        {
            RunRecorder store = recorder("a");
            for (const RunEvent& event : test::finetuningFacts("a", 1, 0.77, 2, 5)) {
                store.take(event);
            }
        }
        RunHistory history(*workspace_);
        QSignalSpy listed(&history, &RunHistory::listed);
        history.start();
        QTRY_COMPARE_WITH_TIMEOUT(listed.count(), 1, 5000);
        QTest::qWait(4500); // two checks
        QCOMPARE(listed.count(), 1);
        recorder("b").take({0, LogLine{"info", "hello"}});
        QTRY_VERIFY_WITH_TIMEOUT(listed.back()[0].value<std::vector<RunSummary>>().size() == 2,
                                 5000);
    }

    void anUnknownRunIsReportedAndNotAwaited() {
        FeedAndHistory both(*workspace_);
        QSignalSpy unreadable(&both.history, &RunHistory::unreadable);
        both.feed.request("nobody");
        QTRY_COMPARE_WITH_TIMEOUT(unreadable.count(), 1, 5000);
        QCOMPARE(unreadable[0][0].toString(), QStringLiteral("nobody"));
        QVERIFY(!both.feed.isLoading("nobody"));
    }
};

QTEST_GUILESS_MAIN(RunHistoryTest)
#include "run_history_test.moc"
