#pragma once

#include "core/store/run_store.h"

#include <string>
#include <vector>

namespace flip {

/// The list of `flip runs list --json`: objects with run, status, kind, dataset, seed, ...
std::string runsAsJson(const std::vector<RunSummary>& runs);

/// A run in words and lines, for a terminal; its recipe as an experiment file below.
std::string describeRun(const RunSummary& run);

} // namespace flip
