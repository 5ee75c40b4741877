#pragma once

#include "app/command/command.h"
#include "app/engine/engine.h"

#include <string>

namespace flip::command {

/// The description of the machine that `flip doctor` prints before its report on the workspace.
struct MachineDescription {
    std::string json; // an object; empty: LibTorch could not be started, already reported
    std::string text; // lines
};

/// Repairs the workspace if requested, checks it, and prints machine and workspace. The exit code
/// is 0 if nothing is damaged.
void runDoctor(const engine::DoctorWork& work, const MachineDescription& machine, Context& context);

} // namespace flip::command
