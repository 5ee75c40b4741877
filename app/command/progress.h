#pragma once

#include "core/spec/run_event.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace flip::command {

/// A status line that is overwritten on a terminal, and plain lines now and then elsewhere; always
/// on stderr.
class StatusLine {
public:
    StatusLine();

    /// Shows the text if the last update is long enough ago, or if `force` is set.
    void show(const std::string& text, bool force = false);

    /// Prints a permanent line.
    void keep(const std::string& text);

    /// Removes the status line from a terminal.
    void clear();

private:
    const bool terminal_;
    std::chrono::steady_clock::time_point last_;
    bool shown_ = false;
};

/// Prints a run's progress and remaining time, and its events as JSON lines on stdout if requested.
/// Called on the run's thread.
class RunReporter final : public RunSink {
public:
    explicit RunReporter(bool eventsOnStdout) : events_(eventsOnStdout) {}
    void take(const RunEvent& event) override;
    const std::string& run() const { return run_; }

private:
    void report(const RunEvent& event);

    const bool events_;
    StatusLine line_;
    std::string run_;
    StageStarted stage_;
    double stageBegan_ = 0;
    std::int64_t stageFirstStep_ = -1;
};

/// 83 -> "1 m 23 s".
std::string duration(double seconds);

/// The value with four decimals; "not defined" if there is none.
std::string fourDecimals(const std::optional<double>& value);

} // namespace flip::command
