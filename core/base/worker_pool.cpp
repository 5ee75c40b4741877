#include "core/base/worker_pool.h"

#include <algorithm>

namespace flip {

WorkerPool::WorkerPool(std::size_t threads) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t wanted = threads == 0 ? cores : threads;
    workers_.reserve(wanted - 1);
    for (std::size_t i = 1; i < wanted; ++i) {
        workers_.emplace_back([this] { serve(); });
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    begun_.notify_all();
}

void WorkerPool::forEach(std::size_t count, const std::function<void(std::size_t)>& work) {
    if (count <= 1 || workers_.empty()) {
        for (std::size_t i = 0; i < count; ++i) {
            work(i);
        }
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        count_ = count;
        next_ = 0;
        busy_ = workers_.size();
        ++round_;
    }
    begun_.notify_all();
    takeItems();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return busy_ == 0; });
}

void WorkerPool::serve() {
    std::size_t seen = 0;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            begun_.wait(lock, [&] { return closing_ || round_ != seen; });
            if (closing_) {
                return;
            }
            seen = round_;
        }
        takeItems();
        const std::lock_guard lock(mutex_);
        if (--busy_ == 0) {
            ended_.notify_one();
        }
    }
}

void WorkerPool::takeItems() {
    for (std::size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) {
        (*work_)(i);
    }
}

} // namespace flip
