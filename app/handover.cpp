#include "app/handover.h"

#include "app/engine/engine.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace flip::command {

namespace {

char** programWords = nullptr;

/// Becomes flip-engine, which lies beside this program.
void become(Context& context) {
    std::error_code ignored;
    const std::filesystem::path engine =
        std::filesystem::read_symlink("/proc/self/exe", ignored).replace_filename("flip-engine");
    ::execv(engine.c_str(), programWords);
    context.fail(
        {std::string("cannot be started: ") + std::strerror(errno) + "; install the program again",
         engine.string(), /*world=*/true});
}

} // namespace

void handOverWords(char** words) {
    programWords = words;
}

namespace engine {

void run(const RunWork&, Context& context) {
    become(context);
}
void sweep(SweepWork, Context& context) {
    become(context);
}
void encode(const std::string&, const std::string&, const std::string&, Context& context) {
    become(context);
}
void listModels(bool, Context& context) {
    become(context);
}
void checkModel(const std::string&, bool, Context& context) {
    become(context);
}
void exportModel(const std::string&, const std::string&, Context& context) {
    become(context);
}
void demo(Context& context) {
    become(context);
}

} // namespace engine

} // namespace flip::command
