#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// The predictions file in checkpoints/RUN.
inline constexpr const char* kPredictionsFile = "predictions.safetensors";

/// The stored logits of a run for validation and test rows; the branch logits are empty except for
/// joint runs.
struct StoredPredictions {
    std::vector<std::int64_t> rowIndex;
    std::vector<std::uint8_t> split; // as Split
    std::vector<std::uint8_t> label;
    std::vector<double> logit;
    std::vector<double> idLogit;
    std::vector<double> textLogit;
};

/// One file with a tensor per column, written atomically.
Result<void> savePredictions(const std::filesystem::path& file, const StoredPredictions& content);
Result<StoredPredictions> loadPredictions(const std::filesystem::path& file);

/// The predictions of the run of this name; a Problem if it has none.
Result<StoredPredictions> predictionsOf(const Workspace& workspace, const std::string& run);

/// CSV with a header: row_index,split,label,logit,p and, for joint runs, logit_id,logit_text.
/// Numbers have enough digits to read back exactly.
std::string predictionsAsCsv(const StoredPredictions& content);

/// CSV lines without a header: row_index,logit,p and, if the branches are not empty,
/// logit_id,logit_text. Rows are counted from `first`; digits as above.
std::string logitsAsCsv(std::int64_t first, const std::vector<double>& logit,
                        const std::vector<double>& idLogit, const std::vector<double>& textLogit);

} // namespace flip
