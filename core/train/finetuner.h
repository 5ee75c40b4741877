#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"
#include "core/train/dropout_source.h"
#include "core/train/evaluator.h"
#include "core/train/frozen_sentences.h"
#include "core/train/id_dropout.h"
#include "core/train/optimiser.h"
#include "core/train/token_masking.h"
#include "core/train/training_loop.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>

namespace flip {

/// The losses of one batch, scalars; undefined for a branch that is absent.
struct FinetuneLosses {
    at::Tensor joint;
    at::Tensor id;
    at::Tensor text;
    at::Tensor tables; // the weighted squares of the id tables
    at::Tensor total;
};

/// BCE of every branch's logit plus the weighted squares of the id tables (FLIP, section 4.4). The
/// recipe "published" sums the BCE of a pure id run over the batch and multiplies the squares by
/// embedding_l2; otherwise the BCE is a mean and the factor is embedding_l2 / 2. `scale` multiplies
/// the BCE terms (for a micro-batch), `withTables` adds the squares.
FinetuneLosses finetuneLosses(const RunSpec& spec, const FinetuneModel& model,
                              const BranchLogits& logits, const at::Tensor& labels,
                              double scale = 1.0, bool withTables = true);

/// The optimiser of finetuning, AdamW: the text encoders have their own learning rate; all else has
/// the other rate, multiplied in a joint run by the factors of the spec for the id branch and the
/// mixing weights; the id tables may have another update rule. Parameters with rate 0 are not
/// trained.
Optimiser finetuneOptimiser(const RunSpec& spec, FinetuneModel& model);

/// Finetuning as a stage of the training loop, with early stopping on the AUC of the selection
/// split. One thread. The model and the batcher must outlive it.
class Finetuner final : public Stage {
public:
    /// `stage` is its name in events and checkpoints.
    Finetuner(const RunSpec& spec, FinetuneModel& model, const Batcher& batcher,
              const LoopPlan& plan, RunStage stage = RunStage::Finetune);

    Step step(std::span<const std::int64_t> rows, std::int64_t step,
              const std::stop_token& stop) override;
    /// Logs a line if the tables are not updated in the requested way.
    std::optional<std::vector<Fact>> begin(const std::stop_token&) override;
    std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token& stop) override;
    TrainingState& state() override { return state_; }

    /// The sentence vectors of a frozen language model; null if it is trained or there is none.
    FrozenSentences* frozen() { return frozen_ ? &*frozen_ : nullptr; }

private:
    std::vector<Batch> loadParts(std::span<const std::int64_t> rows, std::int64_t step) const;
    void openRows(const at::Tensor& ids);
    void fitMixingWeights(Predictions& predictions);

    const RunSpec& spec_;
    FinetuneModel& model_;
    const Batcher& batcher_;
    const ScheduleSpan span_;
    const std::vector<std::int64_t> selectionRows_;
    at::Tensor selectionUnknown_; // [rows, F] bool, on the CPU; joint models only
    const IdDropout idDropout_;
    std::optional<FrozenSentences> frozen_;
    std::optional<TokenMasking> tokenMasking_;
    DropoutSource dropout_;
    const bool byRow_; // tables get lazy updates
    Optimiser optimiser_;
    TrainingState state_;
};

/// The batch size of evaluation: large for ids only, smaller if sentences are encoded.
std::int64_t evaluationBatch(const FinetuneModel& model);

} // namespace flip
