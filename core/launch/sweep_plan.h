#pragma once

#include "core/base/result.h"
#include "core/eval/metric_name.h"
#include "core/spec/options.h"
#include "core/store/run_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flip {

/// An option and the values to try, each as `--set` takes it.
struct GridAxis {
    std::string key;
    std::vector<std::string> values;
};

/// Parses "key=v1,v2,..."; a comma inside brackets or quotes belongs to its value. An unknown key,
/// a missing value, a duplicate value, or the seed is a Problem.
Result<GridAxis> readGridAxis(std::string_view word);

/// Parses "1,2,3": whole numbers from 0 without duplicates.
Result<std::vector<std::int64_t>> readSeeds(std::string_view text);

/// A parsed experiment file.
struct SweepExperiment {
    std::string name; // its name in tables
    RunDraft draft;
};

/// What a sweep tries.
struct SweepRequest {
    std::vector<SweepExperiment> experiments;
    std::vector<std::string> assignments; // "key=value", applied to every file
    std::vector<GridAxis> axes;
    std::vector<std::int64_t> seeds;     // if empty, each experiment's own
    bool allSeeds = false;               // every combination with every seed, not only the best
    std::optional<std::int64_t> threads; // of each run whose recipe does not set them
    MetricName chooseOn{.split = "valid"};
};

/// One point of the grid of one experiment.
struct Combination {
    std::size_t experiment = 0;                                // index
    std::vector<std::pair<std::string, std::string>> settings; // key and value by axis
    std::vector<RunSpec> specs;                                // one per seed

    std::string text() const; // "finetune.embedding_l2=1e-5, id.dropout=0"
};

/// Every combination of every experiment, the last axis changing fastest, checked and resolved.
/// Contradictions are Problems: a key in both --set and --grid, two combinations with the same
/// recipe, a choice by anything but a validation metric, or by a branch that a recipe lacks.
Result<std::vector<Combination>> expandGrid(const SweepRequest& request);

/// The stored run of this recipe on these inputs, to use instead of a new one: preferably a
/// finished one, then a running, then one to resume, then a diverged one; of equals, the newest.
/// `runs` are in the order of RunStore::list().
const RunSummary* storedRunOf(const RunSpec& spec, const RunIdentity& inputs,
                              const std::vector<RunSummary>& runs);

/// The number after the last one in the names of this sweep.
std::int64_t firstFreeNumber(std::string_view prefix, const std::vector<RunSummary>& runs);

} // namespace flip
