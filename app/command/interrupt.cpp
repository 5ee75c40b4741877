#include "app/command/interrupt.h"

#include "app/command/command.h"

#include <cstdio>
#include <ctime>
#include <unistd.h>

namespace flip::command {

Interrupt::Interrupt() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    watcher_ = std::jthread([this](const std::stop_token& over) {
        while (!over.stop_requested()) {
            constexpr timespec kPause{0, 100'000'000};
            if (sigtimedwait(&signals_, nullptr, &kPause) < 0) {
                continue;
            }
            if (source_.stop_requested()) {
                ::_exit(kInterrupted);
            }
            source_.request_stop();
            std::fprintf(stderr, "\nstopping after this step; press Ctrl-C again to end at once\n");
        }
    });
}

void failOrInterrupted(Context& context, const Problem& problem, const Interrupt& interrupt) {
    context.fail(problem);
    if (interrupt.happened() && !problem.systemError) {
        context.exitCode = kInterrupted;
    }
}

} // namespace flip::command
