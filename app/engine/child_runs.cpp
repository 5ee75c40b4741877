#include "app/engine/child_runs.h"

#include "core/base/files.h"
#include "core/base/work_folder.h"
#include "core/spec/options.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace flip::command::engine {

namespace {

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr const char* kFolderPrefix = ".sweep-";

/// The last line of a file that is not empty.
std::string lastLine(const std::filesystem::path& file) {
    const auto text = readFile(file);
    if (!text) {
        return {};
    }
    const auto end = text->find_last_not_of(" \r\n");
    if (end == std::string::npos) {
        return {};
    }
    const auto begin = text->find_last_of("\r\n", end);
    return text->substr(begin == std::string::npos ? 0 : begin + 1,
                        begin == std::string::npos ? end + 1 : end - begin);
}

int exitCodeOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The running processes, with the files that take their stderr.
class Children {
public:
    Children(const Workspace& workspace, std::filesystem::path folder, bool showsErrors)
        : workspace_(workspace), folder_(std::move(folder)), showsErrors_(showsErrors) {}

    Result<void> start(std::size_t index, const ChildRun& run) {
        std::vector<std::string> arguments{"flip", "--workspace", workspace_.folder().string(),
                                           "run"};
        if (run.resume) {
            arguments.insert(arguments.end(), {"--resume", run.name});
        } else {
            const std::filesystem::path recipe = folder_ / (run.name + ".toml");
            if (auto written = writeFileAtomically(recipe, toToml(run.spec)); !written) {
                return written;
            }
            arguments.insert(arguments.end(), {recipe.string(), "--name", run.name});
        }
        std::vector<char*> pointers;
        for (std::string& argument : arguments) {
            pointers.push_back(argument.data());
        }
        pointers.push_back(nullptr);
        const std::string errorFile = errorFileOf(run.name).string();
        const pid_t parent = ::getpid();
        const pid_t child = ::fork();
        if (child == 0) {
            execProgram(pointers.data(), errorFile.c_str(), parent);
        }
        if (child < 0) {
            return Problem{std::string("a run cannot be started: ") + std::strerror(errno), "",
                           /*systemError=*/true};
        }
        running_.emplace(child, Child{index, run.name});
        return {};
    }

    std::size_t count() const { return running_.size(); }

    /// Asks each process to stop, like Ctrl-C.
    void stop() const {
        for (const auto& [process, child] : running_) {
            ::kill(process, SIGINT);
        }
    }

    /// Calls onEnd for each process that has ended and forgets it.
    void collect(const std::function<void(std::size_t, const ChildEnd&)>& onEnd) {
        for (auto at = running_.begin(); at != running_.end();) {
            int status = 0;
            const pid_t ended = ::waitpid(at->first, &status, WNOHANG);
            if (ended == 0 || (ended < 0 && errno == EINTR)) {
                ++at;
                continue;
            }
            const Child child = at->second;
            at = running_.erase(at);
            onEnd(child.index,
                  {.code = ended < 0 ? 1 : exitCodeOf(status),
                   .lastErrorLine = showsErrors_ ? "" : lastLine(errorFileOf(child.name))});
        }
    }

private:
    struct Child {
        std::size_t index = 0;
        std::string name;
    };

    std::filesystem::path errorFileOf(const std::string& name) const {
        return folder_ / (name + ".said");
    }

    /// Runs in the new process, so it only calls functions that are safe after fork(). The process
    /// gets its own group: Ctrl-C on the terminal reaches only the sweep, which passes it on once.
    [[noreturn]] void execProgram(char** arguments, const char* errorFile, pid_t parent) const {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const int errors = showsErrors_
                               ? STDERR_FILENO
                               : ::open(errorFile, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (::getppid() == parent && nowhere >= 0 && errors >= 0 &&
            ::dup2(nowhere, STDIN_FILENO) >= 0 && ::dup2(nowhere, STDOUT_FILENO) >= 0 &&
            ::dup2(errors, STDERR_FILENO) >= 0) {
            ::execv("/proc/self/exe", arguments);
        }
        ::_exit(1);
    }

    const Workspace& workspace_;
    const std::filesystem::path folder_;
    const bool showsErrors_;
    std::map<pid_t, Child> running_;
};

} // namespace

Result<void> executeChildRuns(std::span<const ChildRun> runs, std::size_t jobs,
                              const Workspace& workspace, const std::stop_token& stop,
                              const std::function<void(std::size_t)>& onStart,
                              const std::function<void(std::size_t, const ChildEnd&)>& onEnd) {
    auto folder = WorkFolder::make(workspace.folder(), kFolderPrefix);
    if (!folder) {
        return folder.problem();
    }
    Children children(workspace, folder->path(), jobs == 1 && ::isatty(STDERR_FILENO) == 1);
    std::size_t next = 0;
    bool stopSent = false;
    Result<void> started;
    while (children.count() > 0 || (next < runs.size() && !stop.stop_requested() && started)) {
        while (next < runs.size() && children.count() < jobs && !stop.stop_requested() && started) {
            onStart(next);
            started = children.start(next, runs[next]);
            ++next;
        }
        if ((stop.stop_requested() || !started) && !stopSent) {
            children.stop();
            stopSent = true;
        }
        std::this_thread::sleep_for(kPause);
        children.collect(onEnd);
    }
    return started;
}

} // namespace flip::command::engine
