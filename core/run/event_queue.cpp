#include "core/run/event_queue.h"

namespace flip {

void EventQueue::take(const RunEvent& event) {
    bool wasEmpty = false;
    {
        const std::lock_guard guard(mutex_);
        wasEmpty = waiting_.empty();
        waiting_.push_back(event);
    }
    if (wasEmpty) {
        wake_();
    }
}

std::vector<RunEvent> EventQueue::drain() {
    const std::lock_guard guard(mutex_);
    return std::exchange(waiting_, {});
}

} // namespace flip
