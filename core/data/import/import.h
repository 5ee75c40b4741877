#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/import_tally.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// How the rows are divided. Random: a permutation drawn from `seed`; Time: oldest rows train,
/// newest test, ties in file order; File: a TSV of row_index and split; Parts: as the files of the
/// first table are divided, whose names say train, valid and test.
struct SplitPlan {
    enum class Rule { Random, Time, File, Parts } rule = Rule::Random;
    // Parts in the rule's place where the files of the first table are named so, at least two
    // parts and one of them train.
    bool partsFirst = false;
    std::uint64_t seed = 1;
    bool seedIsWish = false; // somebody chose it: a remark says so where the rule has no use for it
    double train = 0.8;
    double valid = 0.1;
    std::filesystem::path file;
};

/// What to import, from where, to what.
struct ImportRequest {
    std::filesystem::path source; // a folder, or the one file of the schema
    std::string preset;           // a schema shipped with the program, or ...
    std::filesystem::path schema; // ... a schema file; just one of the two
    std::string name;             // the dataset's
    SplitPlan split;
    std::int64_t minCount = 1;
    std::string labelRule; // overrides the schema's `positive`; empty keeps it
    bool replace = false;  // an existing dataset of this name
    bool strict = false;   // refuse at the first bad line
};

struct ImportProgress {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t totalBytes = 0;
    double seconds = 0; // since the import began
    std::string phase;  // "reading ratings", "building vocabularies"

    /// By the bytes read so far; nothing while that would be a guess.
    std::optional<double> secondsLeft() const {
        constexpr double kEnough = 0.5; // seconds
        if (bytes <= 0 || bytes >= totalBytes || seconds < kEnough) {
            return std::nullopt;
        }
        return seconds * static_cast<double>(totalBytes - bytes) / static_cast<double>(bytes);
    }
};

struct ImportReport {
    std::filesystem::path folder;
    std::int64_t rows = 0;
    ImportTally tally;
    std::vector<Problem> examples;     // the first bad lines, with file and line
    std::vector<std::string> leftOut;  // a line for each optional field that is not there
    std::vector<ImportRemark> remarks; // what else the numbers say
    double seconds = 0;
};

/// Reads raw files into datasetsFolder/NAME. Works in a hidden folder beside it and renames at the
/// end: whatever dies, nothing half-made is seen, and remains of dead imports are removed.
/// A dataset of the name with the same hash is fine; another one is refused unless `replace`.
/// Cancelling is a Problem too. Blocks; call it off the GUI thread.
Result<ImportReport> importDataset(const ImportRequest& request,
                                   const std::filesystem::path& datasetsFolder,
                                   const std::function<void(const ImportProgress&)>& progress = {},
                                   std::stop_token stop = {});

/// Names of the schemas shipped with the program, sorted.
std::vector<std::string> presetNames();

/// The text of a shipped schema.
Result<std::string> presetSchema(const std::string& preset);

} // namespace flip
