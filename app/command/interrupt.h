#pragma once

#include "app/command/command.h"

#include <csignal>
#include <stop_token>
#include <thread>

namespace flip::command {

/// Turns the first SIGINT (Ctrl-C) or SIGTERM into a stop request and the second into an immediate
/// exit. Must be created before any other thread: threads inherit the blocked signals.
class Interrupt {
public:
    Interrupt();
    std::stop_token token() const { return source_.get_token(); }
    bool happened() const { return source_.stop_requested(); }

private:
    std::stop_source source_;
    sigset_t signals_{};
    std::jthread watcher_; // last member: joined before the others are destroyed
};

/// Prints the problem and sets the exit code: kInterrupted if the user requested a stop, except for
/// a failure outside the program, such as a full disk, which stays a failure.
void failOrInterrupted(Context& context, const Problem& problem, const Interrupt& interrupt);

} // namespace flip::command
