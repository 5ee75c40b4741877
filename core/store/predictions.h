#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flip {

/// Their file in checkpoints/RUN.
inline constexpr const char* kPredictionsFile = "predictions.safetensors";

/// The stored logits of a run, valid and test rows; branches are empty but for joint runs.
struct StoredPredictions {
    std::vector<std::int64_t> rowIndex;
    std::vector<std::uint8_t> split; // as Split
    std::vector<std::uint8_t> label;
    std::vector<double> logit;
    std::vector<double> idLogit;
    std::vector<double> textLogit;
};

/// One file of columns, written atomically.
Result<void> savePredictions(const std::filesystem::path& file, const StoredPredictions& content);
Result<StoredPredictions> loadPredictions(const std::filesystem::path& file);

/// Those of a run, by its name; a Problem where it has none.
Result<StoredPredictions> predictionsOf(const Workspace& workspace, const std::string& run);

/// row_index,split,label,logit,p and, for joint runs, logit_id,logit_text; numbers have as many
/// digits as give the same number back.
std::string predictionsAsCsv(const StoredPredictions& content);

/// row_index,logit,p and, where the branches are not empty, logit_id,logit_text: lines without the
/// header, rows counted from `first`. Digits as above.
std::string logitsAsCsv(std::int64_t first, const std::vector<double>& logit,
                        const std::vector<double>& idLogit, const std::vector<double>& textLogit);

} // namespace flip
