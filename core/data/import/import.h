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

/// How the rows are split. Random: drawn from `seed`; Time: the oldest rows train, the newest test,
/// ties in file order; File: a TSV of row_index and split; Parts: by the files of the first table,
/// whose names contain train, valid or test.
struct SplitPlan {
    enum class Rule { Random, Time, File, Parts } rule = Rule::Random;
    // Use Parts instead of `rule` if the file names of the first table name at least two splits,
    // one of them train.
    bool preferParts = false;
    std::uint64_t seed = 1;
    bool seedWasChosen = false; // by the user: a remark reports a seed that the rule does not use
    double train = 0.8;
    double valid = 0.1;
    std::filesystem::path file;
};

/// What to import, from where, and under which name.
struct ImportRequest {
    std::filesystem::path source; // a folder, or the one file of the schema
    std::string preset;           // a schema shipped with the program; give either this ...
    std::filesystem::path schema; // ... or a schema file
    std::string name;             // of the dataset
    SplitPlan split;
    std::int64_t minCount = 1;
    std::string labelRule; // overrides the schema's `positive`; empty keeps it
    bool replace = false;  // replace an existing dataset of this name
    bool strict = false;   // refuse at the first bad line
};

struct ImportProgress {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t totalBytes = 0;
    double seconds = 0; // since the import began
    std::string phase;  // "reading ratings", "building vocabularies"

    /// Estimated from the bytes read so far; nothing while it is too early to tell.
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
    std::vector<std::string> leftOut;  // a line for each missing optional field
    std::vector<ImportRemark> remarks; // other findings
    double seconds = 0;
};

/// Reads raw files into datasetsFolder/NAME. Works in a hidden folder beside it and renames that at
/// the end, so a killed import leaves no partial dataset; the remains of killed imports are
/// removed. An existing dataset of this name is kept if it has the same hash; otherwise the import
/// is refused unless `replace`. Cancelling is a Problem too. Blocks; call it off the GUI thread.
Result<ImportReport> importDataset(const ImportRequest& request,
                                   const std::filesystem::path& datasetsFolder,
                                   const std::function<void(const ImportProgress&)>& progress = {},
                                   std::stop_token stop = {});

/// Names of the schemas shipped with the program, sorted.
std::vector<std::string> presetNames();

/// The text of a shipped schema.
Result<std::string> presetSchema(const std::string& preset);

} // namespace flip
