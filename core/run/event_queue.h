#pragma once

#include "core/spec/run_event.h"

#include <functional>
#include <mutex>
#include <vector>

namespace flip {

/// A queue of facts from any thread to one thread, which drains it. `wake` is called on the adding
/// thread whenever a fact is added to the empty queue: post a message there and do nothing else.
class EventQueue final : public RunSink {
public:
    explicit EventQueue(std::function<void()> wake) : wake_(std::move(wake)) {}

    void take(const RunEvent& event) override;
    std::vector<RunEvent> drain();

private:
    const std::function<void()> wake_;
    std::mutex mutex_;
    std::vector<RunEvent> waiting_; // guarded by mutex_
};

} // namespace flip
