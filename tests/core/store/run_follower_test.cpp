#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "tests/core/store/recorded_run.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QThread>
#include <QtTest>

#include <thread>

using namespace flip;

/// A run written by one thread and read by others at the same time, as the window does.
class RunFollowerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void seesEveryFactOnceWhileTheRunIsWritten() {
        const QTemporaryDir folder;
        const auto workspace = Workspace::open(folder.path().toStdString());
        QVERIFY(workspace.ok());
        CollectingSink live;
        RunRecorder recorder = newRun(*workspace, "a-run");
        CollectingSink first;
        CollectingSink second;
        {
            const std::jthread writer([&] {
                const auto report = [&](const RunEvent& event) {
                    live.take(event);
                    recorder.take(event);
                };
                report(startedEvent());
                for (int step = 1; step <= 300; ++step) {
                    report(stepEvent(step, step * 0.01));
                    if (step % 20 == 0) {
                        recorder.flush(); // so that a reader finds some of them
                    }
                }
                report(endEvent());
            });
            const std::jthread one([&] { follow(*workspace, first); });
            const std::jthread other([&] { follow(*workspace, second); });
        }
        QVERIFY(!recorder.problem());
        QCOMPARE(first.lines, live.lines);
        QCOMPARE(second.lines, live.lines);
    }

private:
    /// Reads until the last fact has come, or for a minute.
    static void follow(const Workspace& workspace, CollectingSink& sink) {
        auto store = RunStore::open(workspace);
        QElapsedTimer time;
        time.start();
        std::int64_t mark = 0;
        while (store && time.elapsed() < 60'000 && sink.lines.size() < 302) {
            const auto next = store->replayFrom("a-run", mark, sink);
            mark = next ? *next : mark;
            QThread::msleep(1);
        }
    }
};

QTEST_GUILESS_MAIN(RunFollowerTest)
#include "run_follower_test.moc"
