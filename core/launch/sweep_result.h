#pragma once

#include "core/launch/sweep_plan.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A run of a sweep, as far as it came.
struct SweptRun {
    std::string name;                // empty: never begun
    std::optional<RunStatus> status; // nothing: never begun
    RunEnded end;
    std::int64_t epochs = 0; // of finetuning

    std::string statusWord() const { return status ? std::string(wordOf(*status)) : ""; }
    bool finished() const { return status == RunStatus::Finished; }
};

/// What a sweep found. Runs stand by combination and seed, in the order of the request.
struct SweepResult {
    SweepRequest request;
    std::vector<Combination> combinations;
    std::vector<std::vector<SweptRun>> runs;

    /// Runs begun for the search, by combination: the first seed's, or all with allSeeds.
    std::size_t searchedSeeds() const;

    /// The combination of this experiment that is best on validation, by the mean over the searched
    /// seeds, the first of equals. Only those whose searched runs all finished take part; nothing
    /// if none does. No number of the test split is read.
    std::optional<std::size_t> chosen(std::size_t experiment) const;
};

/// The table of all combinations, the chosen ones marked, then what the chosen ones reach on the
/// test split: Markdown that reads well on a terminal.
std::string describeSweep(const SweepResult& result);

/// One object with everything, for `flip sweep --json`.
std::string sweepAsJson(const SweepResult& result);

} // namespace flip
