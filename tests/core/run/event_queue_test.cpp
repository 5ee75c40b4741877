#include "core/run/event_queue.h"

#include <QtTest>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

using namespace flip;

namespace {

RunEvent step(RunStage stage, std::int64_t number) {
    return {.wallSeconds = 0, .fact = StepDone{.stage = stage, .step = number}};
}

/// Signals the draining thread.
class Bell {
public:
    void ring() {
        const std::lock_guard guard(mutex_);
        ++rings_;
        changed_.notify_one();
    }

    /// Waits for a ring that has not been waited for yet.
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return rings_ > heard_; });
        ++heard_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int rings_ = 0;
    int heard_ = 0;
};

} // namespace

class EventQueueTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wakesOnceUntilDrained() {
        int woken = 0;
        EventQueue queue([&] { ++woken; });
        QVERIFY(queue.drain().empty());
        queue.take(step(RunStage::Pretrain, 1));
        queue.take(step(RunStage::Pretrain, 2));
        QCOMPARE(woken, 1);
        QCOMPARE(queue.drain().size(), std::size_t(2));
        QVERIFY(queue.drain().empty());
        queue.take(step(RunStage::Pretrain, 3));
        QCOMPARE(woken, 2);
    }

    void keepsTheOrderOfEachThread() {
        constexpr std::int64_t kSteps = 2000;
        const auto stages = allChoices<RunStage>(); // one per thread
        Bell bell;
        EventQueue queue([&] { bell.ring(); });
        std::vector<std::jthread> threads;
        for (const RunStage stage : stages) {
            threads.emplace_back([&queue, stage] {
                for (std::int64_t number = 1; number <= kSteps; ++number) {
                    queue.take(step(stage, number));
                }
            });
        }
        std::map<RunStage, std::int64_t> last;
        std::int64_t taken = 0;
        while (taken < kSteps * static_cast<std::int64_t>(stages.size())) {
            bell.wait();
            for (const RunEvent& event : queue.drain()) {
                const auto& fact = std::get<StepDone>(event.fact);
                QCOMPARE(fact.step, last[fact.stage] + 1);
                last[fact.stage] = fact.step;
                ++taken;
            }
        }
        QVERIFY(queue.drain().empty());
    }
};

QTEST_GUILESS_MAIN(EventQueueTest)
#include "event_queue_test.moc"
