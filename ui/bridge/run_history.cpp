#include "ui/bridge/run_history.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

namespace flip::ui {

namespace {

constexpr int kListMilliseconds = 2000;
constexpr int kFollowMilliseconds = 500;
constexpr qint64 kRunningListMilliseconds = 4000; // a process that died changes no file
constexpr qint64 kIdleListMilliseconds = 30000;
constexpr std::size_t kChunk = 2000; // facts: takes the GUI thread a few milliseconds

/// Changes whenever a process writes to the store.
std::string stateOfFiles(const Workspace& workspace) {
    std::ostringstream state;
    for (const char* suffix : {"", "-wal"}) {
        std::filesystem::path file = workspace.database();
        file += suffix;
        std::error_code missing;
        const auto size = std::filesystem::file_size(file, missing);
        state << (missing ? 0 : size) << ' ';
        const auto time = std::filesystem::last_write_time(file, missing);
        state << (missing ? 0 : time.time_since_epoch().count()) << ' ';
    }
    return state.str();
}

/// Passes facts on in chunks.
class Chunks final : public RunSink {
public:
    explicit Chunks(std::function<void(std::vector<RunEvent>)> give) : give_(std::move(give)) {}

    void take(const RunEvent& event) override {
        events_.push_back(event);
        ended_ = std::holds_alternative<RunEnded>(event.fact);
        if (events_.size() == kChunk) {
            give_(std::exchange(events_, {}));
        }
    }
    std::vector<RunEvent> rest() { return std::exchange(events_, {}); }
    bool ended() const { return ended_; }

private:
    std::function<void(std::vector<RunEvent>)> give_;
    std::vector<RunEvent> events_;
    bool ended_ = false;
};

struct Reading {
    std::vector<RunEvent> rest;
    std::int64_t mark = 0;
    bool running = false;
    std::optional<Problem> problem;
};

} // namespace

RunHistory::RunHistory(Workspace workspace, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)) {
    listTimer_.setInterval(kListMilliseconds);
    followTimer_.setInterval(kFollowMilliseconds);
    connect(&listTimer_, &QTimer::timeout, this, &RunHistory::look);
    connect(&followTimer_, &QTimer::timeout, this, &RunHistory::follow);
}

void RunHistory::start() {
    listTimer_.start();
    refresh();
}

void RunHistory::look() {
    const qint64 maxAge = anyRunning_ ? kRunningListMilliseconds : kIdleListMilliseconds;
    const bool overdue = !sinceList_.isValid() || sinceList_.elapsed() >= maxAge - 100;
    if (!listJob_.running() && (overdue || stateOfFiles(workspace_) != seenFiles_)) {
        refresh();
    }
}

void RunHistory::refresh() {
    struct Listing {
        Result<StoredRuns> stored;
        std::string files;
    };
    sinceList_.start();
    listJob_.start(
        [workspace = workspace_](std::stop_token) {
            const auto list = [&workspace]() -> Result<StoredRuns> {
                auto store = RunStore::open(workspace);
                if (!store) {
                    return store.problem();
                }
                return store->list();
            };
            Listing listing{list(), {}};
            // After the connection is closed, as closing it changes the files too.
            listing.files = stateOfFiles(workspace);
            return listing;
        },
        [this](Listing listing) {
            seenFiles_ = listing.files;
            if (!listing.stored) {
                Q_EMIT unreadable({}, listing.stored.problem());
                return;
            }
            takeList(listing.stored->runs);
            for (const Problem& problem : listing.stored->unreadable) {
                if (reportedUnreadable_.insert(problem.text()).second) {
                    Q_EMIT unreadable({}, problem);
                }
            }
        });
}

void RunHistory::takeList(const std::vector<RunSummary>& runs) {
    anyRunning_ = false;
    std::vector<QString> resumed;
    for (const RunSummary& run : runs) {
        const bool running = run.status == RunStatus::Running;
        anyRunning_ = anyRunning_ || running;
        const auto loaded = loaded_.find(QString::fromStdString(run.name));
        if (loaded == loaded_.end() || !loaded->second.complete) {
            continue;
        }
        if (running && !loaded->second.running) {
            resumed.push_back(loaded->first);
        } else if (!running && loaded->second.running) {
            readFacts(loaded->first); // the last facts, among them the end
        }
    }
    Q_EMIT listed(runs);
    for (const QString& run : resumed) {
        drop(run);
        Q_EMIT outdated(run);
    }
}

void RunHistory::load(const QString& run) {
    drop(run);
    Loaded loaded;
    if (idleJobs_.empty()) {
        loaded.job = std::make_unique<BackgroundJob>();
    } else {
        loaded.job = std::move(idleJobs_.back());
        idleJobs_.pop_back();
    }
    loaded_.emplace(run, std::move(loaded));
    readFacts(run);
}

void RunHistory::drop(const QString& run) {
    if (const auto loaded = loaded_.find(run); loaded != loaded_.end()) {
        loaded->second.job->cancel();
        idleJobs_.push_back(std::move(loaded->second.job));
        loaded_.erase(loaded);
    }
}

void RunHistory::follow() {
    bool any = false;
    for (auto& [run, loaded] : loaded_) {
        any = any || loaded.running;
        if (loaded.running && !loaded.job->running()) {
            readFacts(run);
        }
    }
    if (!any) {
        followTimer_.stop();
    }
}

void RunHistory::readFacts(const QString& run) {
    const auto found = loaded_.find(run);
    if (found == loaded_.end() || found->second.job->running()) {
        return;
    }
    BackgroundJob* job = found->second.job.get();
    const std::int64_t mark = found->second.mark;
    job->start(
        [this, job, run, mark, workspace = workspace_](std::stop_token stop) -> Reading {
            auto store = RunStore::open(workspace);
            if (!store) {
                return {.problem = store.problem()};
            }
            const auto summary = store->find(run.toStdString());
            if (!summary) {
                return {.problem = summary.problem()};
            }
            Chunks chunks([&](std::vector<RunEvent> events) {
                job->post(stop, [this, run, events = std::move(events)] {
                    Q_EMIT read(run, events, false);
                });
            });
            const auto last = store->replayFrom(run.toStdString(), mark, chunks);
            if (!last) {
                return {.problem = last.problem()};
            }
            return {chunks.rest(), *last, summary->status == RunStatus::Running && !chunks.ended(),
                    std::nullopt};
        },
        [this, run](Reading reading) {
            const auto loaded = loaded_.find(run);
            if (loaded == loaded_.end()) {
                return;
            }
            if (!reading.problem) {
                loaded->second.mark = reading.mark;
            }
            loaded->second.complete = true;
            loaded->second.running = reading.running;
            if (reading.running && !followTimer_.isActive()) {
                followTimer_.start();
            }
            if (reading.problem) {
                Q_EMIT unreadable(run, *reading.problem);
            } else {
                Q_EMIT read(run, reading.rest, true);
            }
        });
}

} // namespace flip::ui
