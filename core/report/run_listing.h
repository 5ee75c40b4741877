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

/// What is known of one run.
struct RunDetails {
    RunSummary run;
    std::optional<RunStarted> started; // how it began, where that is stored
    std::vector<Checkpoint> checkpoints;
};

Result<RunDetails> detailsOf(const std::string& run, RunStore& store, const Workspace& workspace);

/// The object of `flip runs show --json`: the result, the weights that are stored, and what
/// computed it where that is stored.
std::string runAsJson(const RunDetails& details);

/// A run in words and lines, for a terminal; its recipe as an experiment file below.
std::string describeRun(const RunDetails& details);

} // namespace flip
