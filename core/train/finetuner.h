#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"
#include "core/train/dropout_source.h"
#include "core/train/evaluator.h"
#include "core/train/frozen_sentences.h"
#include "core/train/hidden_tokens.h"
#include "core/train/optimiser.h"
#include "core/train/training_loop.h"
#include "core/train/unknown_ids.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>

namespace flip {

/// Scalars of one batch; undefined where a branch is absent.
struct FinetuneLosses {
    at::Tensor joint;
    at::Tensor id;
    at::Tensor text;
    at::Tensor tables; // what the squares of the id tables add
    at::Tensor total;
};

/// BCE of every branch's logit plus the weighted squares of the id tables (FLIP, section 4.4).
/// The recipe "published" sums the BCE of a pure id run over the batch and weighs the squares
/// fully; elsewhere the BCE is a mean and the squares weigh embedding_l2 / 2. `scale` multiplies
/// the BCE terms (a part of a batch), `withTables` adds the squares.
FinetuneLosses finetuneLosses(const RunSpec& spec, const FinetuneModel& model,
                              const BranchLogits& logits, const at::Tensor& labels,
                              double scale = 1.0, bool withTables = true);

/// The optimiser of finetuning, AdamW: the text encoders at their own rate, the rest at the other
/// or, for the id branch and the mixing weight of a joint run, at the multiples that the spec
/// names; the id tables by the rule of their own. What has rate 0 is left as it is.
Optimiser finetuneOptimiser(const RunSpec& spec, FinetuneModel& model);

/// Finetuning as a stage of the loop: early stop on the AUC of the split that selects. One thread.
/// Model and batcher must outlive it.
class Finetuner final : public Stage {
public:
    /// `stage` is its name in events and checkpoints.
    Finetuner(const RunSpec& spec, FinetuneModel& model, const Batcher& batcher,
              const LoopPlan& plan, RunStage stage = RunStage::Finetune);

    Step step(std::span<const std::int64_t> rows, std::int64_t step,
              const std::stop_token& stop) override;
    /// Says so where the tables are updated otherwise than was asked for.
    std::optional<std::vector<Fact>> begin(const std::stop_token&) override;
    std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token& stop) override;
    TrainingState& state() override { return state_; }

    /// The vectors of a language model that is not trained; null where it is, or there is none.
    FrozenSentences* frozen() { return frozen_ ? &*frozen_ : nullptr; }

private:
    std::vector<Batch> loadParts(std::span<const std::int64_t> rows, std::int64_t step) const;
    void openRows(const at::Tensor& ids);
    void mix(Predictions& predictions);

    const RunSpec& spec_;
    FinetuneModel& model_;
    const Batcher& batcher_;
    const ScheduleSpan span_;
    const std::vector<std::int64_t> selectionRows_;
    at::Tensor selectionUnknown_; // [rows, F] bool, on the CPU; of a joint model
    const UnknownIds unknownIds_;
    std::optional<FrozenSentences> frozen_;
    std::optional<HiddenTokens> hiddenTokens_;
    DropoutSource dropout_;
    const bool byRow_; // tables are updated by the rows that a step reads
    Optimiser optimiser_;
    TrainingState state_;
};

/// Rows a batch of evaluation holds: many for ids, fewer where sentences are encoded.
std::int64_t evaluationBatch(const FinetuneModel& model);

} // namespace flip
