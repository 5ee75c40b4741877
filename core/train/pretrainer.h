#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"
#include "core/train/dropout_source.h"
#include "core/train/optimiser.h"
#include "core/train/pretrain_loss.h"
#include "core/train/schedule.h"
#include "core/train/training_loop.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace flip {

/// The optimiser of pretraining: AdamW with one learning rate and the weight decay of the spec.
Optimiser pretrainOptimiser(const RunSpec& spec, PretrainModel& model);

/// How many fields and tokens a step masks.
Batcher::MaskPlan maskPlan(const RunSpec& spec, const Batcher& batcher);

/// The samplers of noise ids: one, or one for each id field.
std::vector<NoiseSampler> noiseSamplers(const RunSpec& spec, const ModelSizes& sizes);

/// Pretraining as a stage of the training loop. One thread. The model and the batcher must outlive
/// it.
class Pretrainer final : public Stage {
public:
    /// Measures the alignment, before the first step (as epoch 0) and after each epoch. Empty when
    /// stopped.
    using Measure = std::function<std::optional<AlignmentMeasured>(const std::stop_token&)>;

    Pretrainer(const RunSpec& spec, PretrainModel& model, const Batcher& batcher,
               const ModelSizes& sizes, const LoopPlan& plan, Measure measure);

    Step step(std::span<const std::int64_t> rows, std::int64_t step,
              const std::stop_token& stop) override;
    std::optional<std::vector<Fact>> begin(const std::stop_token& stop) override;
    std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token& stop) override;
    TrainingState& state() override { return state_; }

private:
    void openRows(const Batch& batch, const Masks& masks);
    void closeRows();

    const RunSpec& spec_;
    PretrainModel& model_;
    const Batcher& batcher_;
    const PretrainChoices choices_;
    const Batcher::MaskPlan masks_;
    const ScheduleSpan span_;
    const Measure measure_;
    std::vector<NoiseSampler> samplers_; // one, or one for each id field
    DropoutSource dropout_;
    const bool byRow_; // tables get lazy updates
    Optimiser optimiser_;
    TrainingState state_;
};

} // namespace flip
