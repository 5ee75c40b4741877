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

/// Logits of some rows, in the order in which the rows were given.
struct Predictions {
    std::vector<std::int64_t> rows;
    std::vector<std::uint8_t> labels;
    std::vector<double> logit;
    std::vector<double> idLogit;   // joint models only
    std::vector<double> textLogit; // joint models only
};

/// Computes logits in evaluation mode, with rows of similar length together. `frozen` is given if
/// the language model is not trained. Empty when stopped.
std::optional<Predictions> predict(const FinetuneModel& model, const Batcher& batcher,
                                   std::span<const std::int64_t> rows, std::int64_t batchSize,
                                   const std::stop_token& stop, FrozenSentences* frozen = nullptr);

/// Whether every logit of every branch is a finite number.
bool isFinite(const Predictions& predictions);

/// The metrics of predictions by branch: "" and, for joint models, "id" and "text".
BranchMetrics measureBranches(const Predictions& predictions);

/// Rows of a split with at least one unknown id: one that is not in the training split, or less
/// often than id.min_count. For its field the model only has the text. A recipe without ids gives
/// the same rows.
std::vector<std::int64_t> rowsWithUnseenValues(const RunSpec& spec, const ModelSizes& sizes,
                                               const Batcher& batcher, Split split);

} // namespace flip
