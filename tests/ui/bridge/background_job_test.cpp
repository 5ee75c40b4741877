#include "ui/bridge/background_job.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <chrono>
#include <thread>

using flip::ui::BackgroundJob;

namespace {

/// Runs until it is asked to stop.
auto untilStopped(std::atomic<bool>& stopped) {
    return [&stopped](std::stop_token stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        stopped = true;
        return 0;
    };
}

} // namespace

class BackgroundJobTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runsOffTheGuiThreadAndDeliversOnIt() {
        BackgroundJob job;
        QThread* workThread = nullptr;
        QThread* resultThread = nullptr;
        job.start(
            [&](std::stop_token) {
                workThread = QThread::currentThread();
                return 7;
            },
            [&](int value) {
                QCOMPARE(value, 7);
                resultThread = QThread::currentThread();
            });
        QVERIFY(job.running());
        QTRY_VERIFY(resultThread != nullptr);
        QCOMPARE(resultThread, QThread::currentThread());
        QVERIFY(workThread != resultThread);
        QVERIFY(!job.running());
        QCOMPARE(BackgroundJob::active(), 0);
    }

    void newWorkStopsThePreviousAndDropsItsResult() {
        BackgroundJob job;
        std::atomic<bool> stopped = false;
        QList<int> results;
        job.start(untilStopped(stopped), [&](int value) { results << value; });
        job.start([](std::stop_token) { return 2; }, [&](int value) { results << value; });
        QTRY_COMPARE(BackgroundJob::active(), 0);
        QVERIFY(stopped);
        QCOMPARE(results, QList<int>{2});
    }

    void cancelledWorkDeliversNoResult() {
        BackgroundJob job;
        QSignalSpy running(&job, &BackgroundJob::runningChanged);
        std::atomic<bool> stopped = false;
        bool delivered = false;
        job.start(untilStopped(stopped), [&](int) { delivered = true; });
        job.cancel();
        QVERIFY(!job.running());
        QTRY_COMPARE(BackgroundJob::active(), 0);
        QVERIFY(stopped);
        QVERIFY(!delivered);
        QCOMPARE(running.count(), 2);
    }

    void destructionStopsAndWaits() {
        std::atomic<bool> stopped = false;
        {
            BackgroundJob job;
            job.start(untilStopped(stopped),
                      [](int) { QFAIL("result delivered after destruction"); });
        }
        QVERIFY(stopped);
        QCOMPARE(BackgroundJob::active(), 0);
        QCoreApplication::processEvents();
    }

    void messagesOfCancelledWorkAreDropped() {
        BackgroundJob job;
        std::atomic<bool> posted = false;
        int messages = 0;
        job.start(
            [&](std::stop_token stop) {
                job.post(stop, [&] { ++messages; });
                posted = true;
                return 0;
            },
            [](int) {});
        while (!posted) {
            std::this_thread::yield();
        }
        job.cancel();
        QTRY_COMPARE(BackgroundJob::active(), 0);
        QCOMPARE(messages, 0);
    }
};

QTEST_GUILESS_MAIN(BackgroundJobTest)
#include "background_job_test.moc"
