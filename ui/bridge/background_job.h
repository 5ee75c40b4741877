#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace flip::ui {

/// Runs work off the GUI thread and delivers its result on it. Starting new work asks the previous
/// work to stop and drops its result, without waiting; the destructor asks and then waits. Lives on
/// the GUI thread.
class BackgroundJob : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~BackgroundJob() override;

    /// `work` runs on its own thread and must not touch a QObject; `done` receives its value on the
    /// GUI thread, unless newer work has been started or this one cancelled.
    template <class Work, class Done>
    void start(Work work, Done done) {
        launch([work = std::move(work), done = std::move(done)](std::stop_token stop) mutable {
            using Value = decltype(work(stop));
            auto value = std::make_shared<Value>(work(stop));
            return std::function<void()>(
                [value, done = std::move(done)]() mutable { done(std::move(*value)); });
        });
    }

    /// Called from `work`: runs `message` on the GUI thread, unless the work has been asked to stop
    /// by then.
    void post(std::stop_token stop, std::function<void()> message);

    void cancel(); // a result that still arrives is dropped

    /// Asks the work to stop; its result is still delivered when it has ended.
    void requestStop();
    bool running() const { return current_ != 0; }

    /// Number of jobs running in the whole program. A screenshot waits until there are none.
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
    std::uint64_t current_ = 0;   // 0: no result is expected
    std::vector<Worker> workers_; // last member: joined first
};

} // namespace flip::ui
