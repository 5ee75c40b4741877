#pragma once

#include "core/base/result.h"
#include "core/store/checkpoint_files.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

#include <optional>
#include <string>
#include <vector>

namespace flip {

/// The list of `flip runs list --json`: objects with run, status, kind, dataset, seed, ...
std::string runsAsJson(const std::vector<RunSummary>& runs);

/// What is known about one run.
struct RunDetails {
    RunSummary run;
    std::optional<RunStarted> started; // how it started, if stored
    std::vector<Checkpoint> checkpoints;
};

Result<RunDetails> detailsOf(const std::string& run, RunStore& store, const Workspace& workspace);

/// The object of `flip runs show --json`: the result, the stored weights and, if stored, what
/// computed it.
std::string runAsJson(const RunDetails& details);

/// A run as lines of text for a terminal, followed by its recipe as an experiment file.
std::string describeRun(const RunDetails& details);

} // namespace flip
