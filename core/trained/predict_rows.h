#pragma once

#include "core/base/result.h"
#include "core/data/import/raw_rows.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// The model that predicts: from a run's checkpoint ("" for its final weights) or from a bundle.
struct PredictingModel {
    std::string run;
    std::string checkpoint;
    const Workspace* workspace = nullptr; // the run's
    std::filesystem::path bundle;         // used if no run is named
};

/// What predictRows() has read and left out.
struct PredictReport {
    std::int64_t rows = 0;
    std::map<std::string, std::int64_t> unknown; // rows with an unknown value, by id field that is
                                                 // read
    std::vector<JoinMatches> joins;              // how many rows each joined table matched
    std::int64_t badLines = 0;
    std::vector<Problem> examples; // the first bad lines
    double seconds = 0;            // since the first row
};

struct PredictProgress {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t totalBytes = 0;
};

/// Writes row_index,logit,p for every row of the input, and logit_id,logit_text for a joint model;
/// numbers have enough digits to read back exactly. row_index counts the readable rows from 0. Rows
/// are read in chunks of 65,536, so that memory does not grow with the file. `output` is replaced
/// only when all rows are written. Blocks.
Result<PredictReport> predictRows(const PredictingModel& model, const RawInput& input,
                                  const std::filesystem::path& output,
                                  const std::function<void(const PredictProgress&)>& progress,
                                  const std::stop_token& stop);

} // namespace flip
