#include "ui/models/run_feed.h"

#include "tests/ui/sample_events.h"

#include <QSignalSpy>
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

std::vector<RunEvent> part(const std::vector<RunEvent>& events, std::size_t from, std::size_t to) {
    return {events.begin() + static_cast<std::ptrdiff_t>(from),
            events.begin() + static_cast<std::ptrdiff_t>(to)};
}

} // namespace

class RunFeedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replayedRunEqualsLiveRun() {
        const auto events = test::finetuningFacts("a", 4, 0.77, 2, 20);
        RunFeed live;
        live.takeLive(part(events, 0, 30));
        live.takeLive(part(events, 30, events.size()));
        RunFeed stored;
        stored.request("a");
        stored.takeHistory("a", part(events, 0, 50), false);
        stored.takeHistory("a", part(events, 50, events.size()), true);
        QCOMPARE(content(stored, "a"), content(live, "a"));
        QVERIFY(content(live, "a").size() > 8);
        const RunStory* one = live.journal().story("a");
        const RunStory* other = stored.journal().story("a");
        QCOMPARE(other->log.size(), one->log.size());
        QCOMPARE(other->step, one->step);
        QCOMPARE(other->end->status, one->end->status);
        QCOMPARE(*other->best->valid.at("").auc, *one->best->valid.at("").auc);
    }

    void requestsAHistoryOnce() {
        RunFeed feed;
        QSignalSpy wanted(&feed, &RunFeed::historyRequested);
        feed.request("a");
        feed.request("a");
        feed.request({});
        QCOMPARE(wanted.count(), 1);
        QVERIFY(feed.isLoading("a"));
        feed.takeHistory("a", {}, true);
        QVERIFY(!feed.isLoading("a"));
    }

    void requestsNoHistoryOfARunStartedHere() {
        RunFeed feed;
        QSignalSpy wanted(&feed, &RunFeed::historyRequested);
        feed.takeLive(part(test::pretrainingFacts("a", 20, 2), 0, 10));
        feed.request("a");
        QCOMPARE(wanted.count(), 0);
        QCOMPARE(feed.liveRun(), QStringLiteral("a"));
    }

    void aRunResumedHereEqualsAnUninterruptedOne() {
        const auto whole = test::pretrainingFacts("a", 40, 2);
        // Facts: started, stage, map, then a step each; the checkpoint is that of step 10.
        auto stored = part(whole, 0, 13);
        std::vector<RunEvent> live{
            {whole[12].wallSeconds,
             RunStarted{
                 "a", RunKind::Pretrain, "movielens-100k", {.device = "cpu", .threads = 2}, 10}}};
        live.push_back(whole[1]);
        live.insert(live.end(), whole.begin() + 13, whole.end());
        stored.insert(stored.end(), live.begin(), live.begin() + 6); // it writes meanwhile

        RunFeed feed;
        QSignalSpy wanted(&feed, &RunFeed::historyRequested);
        feed.takeLive(part(live, 0, 8));
        QCOMPARE(wanted.count(), 1);
        feed.takeHistory("a", part(stored, 0, 15), false);
        feed.takeHistory("a", part(stored, 15, stored.size()), true);
        feed.takeLive(part(live, 8, live.size()));

        RunFeed uninterrupted;
        uninterrupted.takeLive(whole);
        QCOMPARE(content(feed, "a"), content(uninterrupted, "a"));
    }

    void theLiveRunEndsWithItsLastFact() {
        RunFeed feed;
        QSignalSpy changed(&feed, &RunFeed::liveRunChanged);
        feed.takeLive(test::finetuningFacts("a", 1));
        QCOMPARE(changed.count(), 2);
        QVERIFY(feed.liveRun().isEmpty());
        QVERIFY(feed.has("a"));
    }

    void keepsTheRunsRequestedLast() {
        RunFeed feed;
        QSignalSpy dropped(&feed, &RunFeed::historyDropped);
        for (int i = 0; i < 33; ++i) {
            const QString run = QString::number(i);
            feed.request(run);
            feed.takeHistory(run, test::finetuningFacts(run.toStdString(), 1, 0.7, 1, 3), true);
        }
        QCOMPARE(dropped.count(), 1);
        QVERIFY(!feed.has("0"));
        QVERIFY(!feed.curves().knows("0"));
        QVERIFY(feed.curves().knows("32"));
    }

    void reportsTheProgressOfTheStage() {
        RunFeed feed;
        feed.takeLive(part(test::pretrainingFacts("a", 40, 2), 0, 13)); // ten steps of forty
        const RunStory* story = feed.journal().story("a");
        QCOMPARE(story->step, std::int64_t(10));
        QCOMPARE(*story->progress(), 0.25);
        // Thirty steps left after ten: three times the time so far.
        QVERIFY(std::abs(*story->secondsLeft() - 3 * story->wallSeconds) < 1e-6);
    }
};

QTEST_GUILESS_MAIN(RunFeedTest)
#include "run_feed_test.moc"
