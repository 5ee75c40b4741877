#pragma once

#include "core/spec/run_event.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace flip::command {

/// One changing line on a terminal, a plain line now and then elsewhere; always on stderr.
class StatusLine {
public:
    StatusLine();

    /// Shows the text if it is time to; `force` shows it in any case.
    void show(const std::string& text, bool force = false);

    /// Prints a line that stays.
    void keep(const std::string& text);

    /// Removes the changing line from a terminal.
    void clear();

private:
    const bool terminal_;
    std::chrono::steady_clock::time_point last_;
    bool shown_ = false;
};

/// Tells a run's progress with what is left of it, and prints events as JSON lines on stdout when
/// asked. Called on the run's thread.
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

/// Four decimals, "not defined" without a value.
std::string fourDecimals(const std::optional<double>& value);

} // namespace flip::command
