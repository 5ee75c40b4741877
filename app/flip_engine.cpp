#include "app/command/program.h"

#include "core/run/kernel_caches.h"

#include <vector>

/// Every subcommand, those that train included; started by flip.
int main(int argc, char** argv) {
    using namespace flip::command;
    flip::boundKernelCaches();
    std::vector<Command> commands(quickCommands().begin(), quickCommands().end());
    commands.insert(commands.end(), {{"run", addRun},
                                     {"sweep", addSweep},
                                     {"encode", addEncode},
                                     {"models", addModels},
                                     {"demo", addDemo}});
    return runProgram(argc, argv, commands);
}
