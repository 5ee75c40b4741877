#include "app/command/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <unistd.h>

/// The headless program. What needs no LibTorch it does itself, at once; for everything else it
/// becomes flip-engine, which lies beside it.
int main(int argc, char** argv) {
    using namespace flip::command;
    const auto quick = quickCommands();
    if (std::ranges::find(quick, commandOf(argc, argv), &Command::name) != quick.end()) {
        return runProgram(argc, argv, quick);
    }
    std::error_code ignored;
    const std::filesystem::path engine =
        std::filesystem::read_symlink("/proc/self/exe", ignored).replace_filename("flip-engine");
    ::execv(engine.c_str(), argv);
    std::fprintf(stderr, "%s: cannot be started: %s; install the program again\n", engine.c_str(),
                 std::strerror(errno));
    return kFailed;
}
