#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/store/workspace.h"

#include <stop_token>
#include <string>
#include <vector>

namespace flip {

// The sample project: several hundred real films, simulated people with tastes, and four runs.

/// Creates the dataset "demo-films" in the workspace unless it exists; returns its name.
Result<std::string> ensureDemoDataset(const Workspace& workspace, std::stop_token stop = {});

/// One line of the demo's table.
struct DemoRow {
    std::string branch; // id | text | joint
    Metrics all;        // on the whole test split
    Metrics unseen;     // on its rows of films that training never saw
};

struct DemoOutcome {
    std::vector<DemoRow> rows;
    double seconds = 0;
};

/// Pretrains, then finetunes the branches id, text and joint, as stored runs of the workspace.
Result<DemoOutcome> runDemo(const Workspace& workspace, RunSink& sink, const std::stop_token& stop);

} // namespace flip
