#pragma once

#include "app/command/doctor.h"

#include "core/base/result.h"

namespace flip::command::engine {

/// What runs can compute on here, as `flip machine` and `flip doctor` print it.
Result<MachineDescription> describeMachine();

} // namespace flip::command::engine
