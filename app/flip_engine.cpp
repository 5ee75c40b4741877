#include "app/command/program.h"

#include "core/base/version.h"
#include "core/device/kernel_caches.h"

/// All that flip is asked, LibTorch's work included; started by flip.
int main(int argc, char** argv) {
    flip::setProgramCommit(flip::builtCommit());
    flip::boundKernelCaches();
    return flip::command::runProgram(argc, argv);
}
