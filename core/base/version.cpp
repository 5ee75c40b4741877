#include "core/base/version.h"

namespace flip {

namespace {

std::string& commitOfProgram() {
    static std::string commit;
    return commit;
}

} // namespace

const char* programVersion() {
    return FLIP_VERSION;
}

void setProgramCommit(const char* commit) {
    commitOfProgram() = commit;
}

std::string programText() {
    const std::string& commit = commitOfProgram();
    return commit.empty() ? programVersion() : std::string(programVersion()) + ", commit " + commit;
}

} // namespace flip
