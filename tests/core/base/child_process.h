#pragma once

#include <csignal>
#include <functional>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flip {

/// A forked copy of the test that runs `work` and exits with its return value. Does not report to
/// the test framework: the parent checks the exit status and the files on disk.
class ChildProcess {
public:
    explicit ChildProcess(const std::function<int()>& work) : pid_(::fork()) {
        if (pid_ == 0) {
            ::_exit(work());
        }
    }
    ~ChildProcess() {
        if (pid_ > 0) {
            kill();
        }
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// The exit status; -1 if a signal ended it or it could not be started.
    int wait() {
        int status = 0;
        const bool ended = pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_;
        pid_ = -1;
        return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// Like `kill -9`; returns when the process has ended.
    void kill() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    pid_t pid_;
};

} // namespace flip
