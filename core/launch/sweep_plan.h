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

/// Reads "key=v1,v2,..."; a comma inside brackets or quotes belongs to its value. An unknown key,
/// no value, a value twice, or the seed is a Problem.
Result<GridAxis> readGridAxis(std::string_view word);

/// Reads "1,2,3": whole numbers from 0, none twice.
Result<std::vector<std::int64_t>> readSeeds(std::string_view text);

/// An experiment file as it was read.
struct SweptExperiment {
    std::string name; // what tables call it
    RunDraft draft;
};

/// What is to be tried.
struct SweepRequest {
    std::vector<SweptExperiment> experiments;
    std::vector<std::string> assignments; // "key=value" over every file
    std::vector<GridAxis> axes;
    std::vector<std::int64_t> seeds;     // empty: each experiment's own
    bool allSeeds = false;               // every combination with every seed, not the best alone
    std::optional<std::int64_t> threads; // of each run whose recipe does not say
    MetricName chooseOn{.split = "valid"};
};

/// One point of the grid of one experiment.
struct Combination {
    std::size_t experiment = 0;                                // index
    std::vector<std::pair<std::string, std::string>> settings; // axis by axis
    std::vector<RunSpec> specs;                                // one a seed

    std::string text() const; // "finetune.embedding_l2=1e-5, id.dropout=0"
};

/// Every combination of every experiment, the last axis changing fastest, checked and resolved.
/// Whatever contradicts itself is a Problem: a key in --set and --grid, two combinations that are
/// the same recipe, a choice by anything but validation, or by a branch that a recipe lacks.
Result<std::vector<Combination>> expandGrid(const SweepRequest& request);

/// The stored run that already is, or can go on as, this recipe on these inputs: a
/// finished one before a running one before one to go on with before a diverged one, the newest of
/// equals. Runs are as RunStore::list() gives them.
const RunSummary* storedRunOf(const RunSpec& spec, const RunIdentity& inputs,
                              const std::vector<RunSummary>& runs);

/// The first number from which on a sweep's names are free.
std::int64_t firstFreeNumber(std::string_view prefix, const std::vector<RunSummary>& runs);

} // namespace flip
