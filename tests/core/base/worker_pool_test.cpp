#include "core/base/worker_pool.h"

#include <QtTest>

#include <atomic>
#include <vector>

using namespace flip;

class WorkerPoolTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void processesEveryItemOnce_data();
    void processesEveryItemOnce();
    void workersShareTheItems();
};

void WorkerPoolTest::processesEveryItemOnce_data() {
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("items");
    QTest::newRow("nothing") << 3 << 0;
    QTest::newRow("one item") << 3 << 1;
    QTest::newRow("alone") << 1 << 100;
    QTest::newRow("fewer items than threads") << 8 << 3;
    QTest::newRow("many items") << 4 << 10000;
}

void WorkerPoolTest::processesEveryItemOnce() {
    QFETCH(int, threads);
    QFETCH(int, items);
    WorkerPool pool(static_cast<std::size_t>(threads));
    QCOMPARE(pool.threads(), static_cast<std::size_t>(threads));
    for (int round = 0; round < 50; ++round) {
        std::vector<std::atomic<int>> times(static_cast<std::size_t>(items));
        pool.forEach(times.size(), [&](std::size_t i) { ++times[i]; });
        for (const std::atomic<int>& one : times) {
            QCOMPARE(one.load(), 1);
        }
    }
}

void WorkerPoolTest::workersShareTheItems() {
    WorkerPool pool(2);
    // Each of the two items waits for the other to begin: a single thread would never finish.
    std::atomic<int> begun = 0;
    pool.forEach(2, [&](std::size_t) {
        ++begun;
        while (begun < 2) {
            std::this_thread::yield();
        }
    });
    QCOMPARE(begun.load(), 2);
}

QTEST_GUILESS_MAIN(WorkerPoolTest)
#include "worker_pool_test.moc"
