#pragma once

#include "core/spec/run_event.h"

#include <functional>
#include <mutex>
#include <vector>

namespace flip {

/// A mailbox of facts from one thread to another. Any thread may put; one thread takes.
/// `wake` is called once per filling of the empty box, on the putting thread: post a message there,
/// do nothing else.
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
