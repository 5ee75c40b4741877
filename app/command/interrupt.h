#pragma once

#include "app/command/command.h"

#include <csignal>
#include <stop_token>
#include <thread>

namespace flip::command {

/// Turns the first Ctrl-C (or a termination) into a stop request and the second into an immediate
/// end. Make it before any other thread: threads inherit the blocked signals.
class Interrupt {
public:
    Interrupt();
    std::stop_token token() const { return source_.get_token(); }
    bool happened() const { return source_.stop_requested(); }

private:
    std::stop_source source_;
    sigset_t waited_{};
    std::jthread watcher_; // last member: joined while the others still live
};

/// Prints why long work came to nothing and sets the exit code: a stop that was asked for is one of
/// its own, but a full disk is a failure whoever asked for a stop.
void failOrInterrupted(Context& context, const Problem& problem, const Interrupt& interrupt);

} // namespace flip::command
