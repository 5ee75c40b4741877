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

/// AdamW as pretraining uses it: one rate, decay as the spec says.
Optimiser pretrainOptimiser(const RunSpec& spec, PretrainModel& model);

/// What a step hides.
Batcher::MaskPlan maskPlan(const RunSpec& spec, const Batcher& batcher);

/// Where noise is drawn from: one sampler, or one for each id field.
std::vector<NoiseSampler> noiseSamplers(const RunSpec& spec, const ModelSizes& sizes);

/// Pretraining as a stage of the loop. One thread. The model and the batcher must outlive it.
class Pretrainer final : public Stage {
public:
    /// Told after each epoch, and before the first step as epoch 0; absent when it was stopped.
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
    const bool byRow_; // tables are updated by the rows that a step reads
    Optimiser optimiser_;
    TrainingState state_;
};

} // namespace flip
