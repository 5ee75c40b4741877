#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace flip::ui {

/// Work off the GUI thread with its answer on it. Starting anew asks the work before it to stop and
/// drops its answer, without waiting; destruction asks, then waits. Lives on the GUI thread.
class BackgroundJob : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~BackgroundJob() override;

    /// `work` runs on a thread of its own and must not touch a QObject; `done` gets its value
    /// here, unless something newer was started or cancelled.
    template <class Work, class Done>
    void start(Work work, Done done) {
        launch([work = std::move(work), done = std::move(done)](std::stop_token stop) mutable {
            using Value = decltype(work(stop));
            auto value = std::make_shared<Value>(work(stop));
            return std::function<void()>(
                [value, done = std::move(done)]() mutable { done(std::move(*value)); });
        });
    }

    /// From inside `work`: does something on the GUI thread, unless the work is outdated then.
    void post(std::stop_token stop, std::function<void()> message);

    void cancel(); // the answer, should one come, is dropped

    /// Asks the work to stop; its answer still comes, and then it has ended.
    void requestStop();
    bool running() const { return current_ != 0; }

    /// Jobs of all kinds now at work: what a screenshot waits for.
    static int active();

Q_SIGNALS:
    void runningChanged(bool running);

private:
    using Finish = std::function<void()>;
    void launch(std::function<Finish(std::stop_token)> work);
    void finish(std::uint64_t number, const Finish& report);

    struct Worker {
        std::uint64_t number;
        std::jthread thread;
    };
    std::uint64_t last_ = 0;
    std::uint64_t current_ = 0;   // 0: none whose answer is wanted
    std::vector<Worker> workers_; // last member: joined first
};

} // namespace flip::ui
