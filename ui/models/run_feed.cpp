#include "ui/models/run_feed.h"

#include <algorithm>
#include <utility>

namespace flip::ui {

namespace {

constexpr std::size_t kRunsKept = 32;

/// Where the live facts begin among the stored ones, as a run resumed here is also stored.
std::vector<RunEvent>::const_iterator beginOf(const std::vector<RunEvent>& live,
                                              const std::vector<RunEvent>& stored) {
    const auto* begun = live.empty() ? nullptr : std::get_if<RunStarted>(&live.front().fact);
    return std::find_if(stored.begin(), stored.end(), [&](const RunEvent& event) {
        const auto* fact = std::get_if<RunStarted>(&event.fact);
        return begun != nullptr && fact != nullptr &&
               fact->resumedFromStep == begun->resumedFromStep &&
               event.wallSeconds == live.front().wallSeconds;
    });
}

} // namespace

RunFeed::RunFeed(QObject* parent)
    : QObject(parent), curves_(this), alignment_(this), journal_(this) {}

bool RunFeed::isLoading(const QString& run) const {
    const auto known = runs_.find(run.toStdString());
    return known != runs_.end() && known->second.loading;
}

void RunFeed::request(const QString& run) {
    if (run.isEmpty()) {
        return;
    }
    const std::string name = run.toStdString();
    const auto [known, fresh] = runs_.try_emplace(name);
    if (fresh) {
        known->second.loading = true;
    }
    touch(name);
    if (fresh) {
        Q_EMIT historyRequested(run);
    }
}

void RunFeed::touch(const std::string& run) {
    std::erase(recent_, run);
    recent_.push_back(run);
    if (recent_.size() > kRunsKept) {
        const auto oldest = std::find_if(recent_.begin(), recent_.end(),
                                         [this](const std::string& name) { return name != live_; });
        forget(QString::fromStdString(*oldest));
    }
}

void RunFeed::forget(const QString& run) {
    const std::string name = run.toStdString();
    if (runs_.erase(name) == 0) {
        return;
    }
    std::erase(recent_, name);
    Q_EMIT historyDropped(run);
    curves_.forget(name);
    alignment_.forget(name);
    journal_.forget(name);
}

void RunFeed::reload(const QString& run) {
    if (has(run) && run != liveRun()) {
        forget(run);
        request(run);
    }
}

void RunFeed::takeLive(const std::vector<RunEvent>& events) {
    auto from = events.begin();
    while (from != events.end()) {
        if (const auto* begun = std::get_if<RunStarted>(&from->fact)) {
            live_ = begun->run;
            const bool fresh = runs_.try_emplace(live_).second;
            if (fresh && begun->resumedFromStep > 0) {
                runs_[live_].loading = true;
                Q_EMIT historyRequested(liveRun());
            } else if (!runs_[live_].loading) {
                Q_EMIT historyDropped(liveRun());
            }
            touch(live_);
            Q_EMIT liveRunChanged(liveRun());
        }
        const auto end = std::find_if(from + 1, events.end(), [](const RunEvent& event) {
            return std::holds_alternative<RunStarted>(event.fact);
        });
        takeLiveRun({from, end});
        from = end;
    }
}

void RunFeed::takeLiveRun(const std::vector<RunEvent>& events) {
    if (live_.empty()) {
        return; // a run that failed before it had a name
    }
    const std::string run = live_;
    Known& known = runs_[run];
    if (known.loading) {
        known.waiting.insert(known.waiting.end(), events.begin(), events.end());
    } else {
        enter(run, events);
    }
    if (std::holds_alternative<RunEnded>(events.back().fact)) {
        live_.clear();
        Q_EMIT liveRunChanged({});
    }
}

void RunFeed::takeHistory(const QString& run, const std::vector<RunEvent>& events, bool complete) {
    const std::string name = run.toStdString();
    const auto known = runs_.find(name);
    if (known == runs_.end() || (name == live_ && !known->second.loading)) {
        return; // dropped meanwhile, or this window's own run, whose facts arrive live
    }
    if (!known->second.reachedLive) {
        const auto live = beginOf(known->second.waiting, events);
        known->second.reachedLive = live != events.end();
        enter(name, {events.begin(), live});
    }
    if (complete && known->second.loading) {
        failHistory(run);
    }
}

void RunFeed::failHistory(const QString& run) {
    const std::string name = run.toStdString();
    const auto known = runs_.find(name);
    if (known == runs_.end()) {
        return;
    }
    known->second.loading = false;
    known->second.reachedLive = false;
    enter(name, std::exchange(known->second.waiting, {}));
    if (name == live_) {
        Q_EMIT historyDropped(run);
    }
    Q_EMIT loaded(run);
}

void RunFeed::enter(const std::string& run, const std::vector<RunEvent>& events) {
    curves_.take(run, events);
    alignment_.take(run, events);
    journal_.take(run, events);
}

} // namespace flip::ui
