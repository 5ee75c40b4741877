#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace flip {

/// Threads that share the items of a loop with the calling thread. Only one thread may call;
/// between calls the others sleep.
class WorkerPool {
public:
    /// Uses `threads` threads, including the caller; 0: one per core.
    explicit WorkerPool(std::size_t threads = 0);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    std::size_t threads() const { return workers_.size() + 1; }

    /// Calls work(0) to work(count - 1), each once, in any order and on any of the threads; returns
    /// when all are done. `work` must not throw.
    void forEach(std::size_t count, const std::function<void(std::size_t)>& work);

private:
    void serve();
    void takeItems();

    std::mutex mutex_;
    std::condition_variable begun_;
    std::condition_variable ended_;
    std::size_t round_ = 0; // guarded by mutex_, like the next two
    std::size_t busy_ = 0;  // workers that have not finished the round
    bool closing_ = false;

    // Of the current round; constant during it, except next_.
    const std::function<void(std::size_t)>* work_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<std::size_t> next_ = 0;

    std::vector<std::jthread> workers_; // last member: joined while the others still live
};

} // namespace flip
