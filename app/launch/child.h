#pragma once

#include <array>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace flip::launch {

/// Runs `work(descriptor)` in a child process and returns what it writes to the descriptor. Empty
/// if no child process can be started.
template <class Work>
std::string outputOfChild(Work work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        return {};
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        work(ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string output;
    std::array<char, 4096> block{};
    for (ssize_t size = 0; child > 0 && (size = ::read(ends[0], block.data(), block.size())) > 0;) {
        output.append(block.data(), static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    if (child > 0) {
        int status = 0;
        ::waitpid(child, &status, 0);
    }
    return output;
}

} // namespace flip::launch
