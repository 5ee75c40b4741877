#pragma once

#include "core/launch/sweep_plan.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A run of a sweep, as far as it got.
struct SweepRun {
    std::string name;                // empty if it never began
    std::optional<RunStatus> status; // nothing if it never began
    RunEnded end;
    std::int64_t epochs = 0; // of finetuning

    std::string statusWord() const { return status ? std::string(wordOf(*status)) : ""; }
    bool finished() const { return status == RunStatus::Finished; }
};

/// What a sweep found. Runs are by combination and seed, in the order of the request.
struct SweepResult {
    SweepRequest request;
    std::vector<Combination> combinations;
    std::vector<std::vector<SweepRun>> runs;

    /// How many seeds of each combination the search runs: one, or all with allSeeds.
    std::size_t searchedSeeds() const;

    /// The combination of this experiment that is best on validation, by the mean over the searched
    /// seeds; of equals, the first. Only combinations whose searched runs all finished count;
    /// nothing if there are none. No metric of the test split is read.
    std::optional<std::size_t> chosen(std::size_t experiment) const;
};

/// A table of all combinations with the chosen ones marked, then the results of the chosen ones on
/// the test split, as Markdown that reads well on a terminal.
std::string describeSweep(const SweepResult& result);

/// One object with everything, for `flip sweep --json`.
std::string sweepAsJson(const SweepResult& result);

} // namespace flip
