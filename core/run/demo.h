#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/store/workspace.h"

#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// The sample project: several hundred real films, simulated people with tastes.

/// Makes the dataset "demo-films" in the workspace unless it is there already; its name.
Result<std::string> ensureDemoDataset(const Workspace& workspace, std::stop_token stop = {});

/// One of the demo's four runs: a shipped experiment, read from resources/demo/.
struct DemoStep {
    std::string title;      // "Pretraining", "Joint finetuning"
    std::string experiment; // TOML text
};
std::vector<DemoStep> demoSteps();

} // namespace flip
