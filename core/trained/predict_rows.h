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

/// The model that predicts: of a run's checkpoint, "" being its final weights, or of a bundle.
struct PredictingModel {
    std::string run;
    std::string checkpoint;
    const Workspace* workspace = nullptr; // the run's
    std::filesystem::path bundle;         // where no run is named
};

/// What a prediction of rows has read and left out.
struct PredictReport {
    std::int64_t rows = 0;
    std::map<std::string, std::int64_t> unknown; // of each id field that is read, rows whose value
                                                 // the model does not know
    std::vector<JoinMatches> joins;              // rows that a joined table has nothing for
    std::int64_t badLines = 0;
    std::vector<Problem> examples; // the first bad lines
    double seconds = 0;            // from the first row on
};

struct PredictProgress {
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t totalBytes = 0;
};

/// Writes row_index,logit,p of every row of the input, and logit_id,logit_text of a joint model;
/// numbers have as many digits as give the same number back. row_index counts the rows that can be
/// read, from 0. Rows are read in pieces of some ten thousand, so that memory does not grow with
/// the file. `output` gets its content when all is there. Blocks.
Result<PredictReport> predictRows(const PredictingModel& model, const RawInput& input,
                                  const std::filesystem::path& output,
                                  const std::function<void(const PredictProgress&)>& progress,
                                  const std::stop_token& stop);

} // namespace flip
