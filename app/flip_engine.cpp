#include "app/command/program.h"

#include "core/base/version.h"
#include "core/device/kernel_caches.h"

/// Runs every command of flip, including those that need LibTorch; started by flip.
int main(int argc, char** argv) {
    flip::setProgramCommit(flip::builtCommit());
    flip::limitKernelCaches();
    return flip::command::runProgram(argc, argv);
}
