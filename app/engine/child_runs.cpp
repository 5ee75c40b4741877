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

/// The last line of a file that has something in it.
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

int codeOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The processes that live, and where their words go.
class Children {
public:
    Children(const Workspace& workspace, std::filesystem::path folder, bool shown)
        : workspace_(workspace), folder_(std::move(folder)), shown_(shown) {}

    Result<void> start(std::size_t index, const ChildRun& run) {
        std::vector<std::string> words{"flip", "--workspace", workspace_.folder().string(), "run"};
        if (run.resume) {
            words.insert(words.end(), {"--resume", run.name});
        } else {
            const std::filesystem::path recipe = folder_ / (run.name + ".toml");
            if (auto written = writeFileAtomically(recipe, toToml(run.spec)); !written) {
                return written;
            }
            words.insert(words.end(), {recipe.string(), "--name", run.name});
        }
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        const std::string said = saidBy(run.name).string();
        const pid_t parent = ::getpid();
        const pid_t child = ::fork();
        if (child == 0) {
            become(arguments.data(), said.c_str(), parent);
        }
        if (child < 0) {
            return Problem{std::string("a run cannot be started: ") + std::strerror(errno), "",
                           /*world=*/true};
        }
        living_.emplace(child, Child{index, run.name});
        return {};
    }

    std::size_t count() const { return living_.size(); }

    /// Asks each to stop, as Ctrl-C asks a run.
    void stop() const {
        for (const auto& [process, child] : living_) {
            ::kill(process, SIGINT);
        }
    }

    /// Takes leave of those that have ended.
    void collect(const std::function<void(std::size_t, const ChildEnd&)>& ended) {
        for (auto at = living_.begin(); at != living_.end();) {
            int status = 0;
            const pid_t gone = ::waitpid(at->first, &status, WNOHANG);
            if (gone == 0 || (gone < 0 && errno == EINTR)) {
                ++at;
                continue;
            }
            const Child child = at->second;
            at = living_.erase(at);
            ended(child.index, {.code = gone < 0 ? 1 : codeOf(status),
                                .lastWords = shown_ ? "" : lastLine(saidBy(child.name))});
        }
    }

private:
    struct Child {
        std::size_t index = 0;
        std::string name;
    };

    std::filesystem::path saidBy(const std::string& name) const {
        return folder_ / (name + ".said");
    }

    /// In the new process, where only what is safe after a fork is called. A group of its own: the
    /// terminal's Ctrl-C reaches the sweep alone, which passes it on once.
    [[noreturn]] void become(char** arguments, const char* said, pid_t parent) const {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const int words =
            shown_ ? STDERR_FILENO : ::open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (::getppid() == parent && nowhere >= 0 && words >= 0 &&
            ::dup2(nowhere, STDIN_FILENO) >= 0 && ::dup2(nowhere, STDOUT_FILENO) >= 0 &&
            ::dup2(words, STDERR_FILENO) >= 0) {
            ::execv("/proc/self/exe", arguments);
        }
        ::_exit(1);
    }

    const Workspace& workspace_;
    const std::filesystem::path folder_;
    const bool shown_;
    std::map<pid_t, Child> living_;
};

} // namespace

Result<void> makeRuns(std::span<const ChildRun> runs, std::size_t jobs, const Workspace& workspace,
                      const std::stop_token& stop, const std::function<void(std::size_t)>& began,
                      const std::function<void(std::size_t, const ChildEnd&)>& ended) {
    auto folder = WorkFolder::make(workspace.folder(), kFolderPrefix);
    if (!folder) {
        return folder.problem();
    }
    Children children(workspace, folder->path(), jobs == 1 && ::isatty(STDERR_FILENO) == 1);
    std::size_t next = 0;
    bool told = false;
    Result<void> started;
    while (children.count() > 0 || (next < runs.size() && !stop.stop_requested() && started)) {
        while (next < runs.size() && children.count() < jobs && !stop.stop_requested() && started) {
            began(next);
            started = children.start(next, runs[next]);
            ++next;
        }
        if ((stop.stop_requested() || !started) && !told) {
            children.stop();
            told = true;
        }
        std::this_thread::sleep_for(kPause);
        children.collect(ended);
    }
    return started;
}

} // namespace flip::command::engine
