#pragma once

#include "core/store/run_store.h"

#include <optional>
#include <string>
#include <vector>

namespace flip {

/// The list of `flip runs list --json`: objects with run, status, kind, dataset, seed, ...
std::string runsAsJson(const std::vector<RunSummary>& runs);

/// The object of `flip runs show --json`: the result, and what computed it where that is stored.
std::string runAsJson(const RunSummary& run, const std::optional<RunStarted>& started);

/// A run in words and lines, for a terminal; its recipe as an experiment file below.
std::string describeRun(const RunSummary& run, const std::optional<RunStarted>& started);

} // namespace flip
