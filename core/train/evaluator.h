#pragma once

#include "core/model/flip_model.h"
#include "core/spec/run_event.h"
#include "core/train/batcher.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

class FrozenSentences;

/// Logits of some rows, in the order the rows were asked for.
struct Predictions {
    std::vector<std::int64_t> rows;
    std::vector<std::uint8_t> labels;
    std::vector<double> logit;
    std::vector<double> idLogit;   // joint models only
    std::vector<double> textLogit; // joint models only
};

/// Computes logits in evaluation mode, rows of similar length together. `frozen` is given where the
/// language model is not trained. Absent when stopped.
std::optional<Predictions> predict(const FinetuneModel& model, const Batcher& batcher,
                                   std::span<const std::int64_t> rows, std::int64_t batchSize,
                                   const std::stop_token& stop, FrozenSentences* frozen = nullptr);

/// Whether every logit of every branch is a finite number.
bool isFinite(const Predictions& predictions);

/// The metrics of predictions by branch: "" and, for joint models, "id" and "text".
BranchMetrics measureBranches(const Predictions& predictions);

/// Rows of a split that show at least one id that is unknown: which the training split never
/// showed, or less often than id.min_count. There the words are all a model has to go by. A recipe
/// without ids finds the same rows.
std::vector<std::int64_t> rowsWithUnseenValues(const RunSpec& spec, const ModelSizes& sizes,
                                               const Batcher& batcher, Split split);

} // namespace flip
