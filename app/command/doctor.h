#pragma once

#include "app/command/command.h"
#include "app/engine/engine.h"

#include <string>

namespace flip::command {

/// What of the machine is told before the workspace is checked.
struct MachineTold {
    std::string json; // an object; empty: LibTorch could not be started, which has been said
    std::string text; // lines
};

/// Checks the workspace, repairs it first where that is asked, and prints machine and workspace.
/// The exit code is 0 where all is sound.
void checkUp(const engine::DoctorWork& work, const MachineTold& machine, Context& context);

} // namespace flip::command
