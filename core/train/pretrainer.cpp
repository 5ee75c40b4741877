#include "core/train/pretrainer.h"

#include "core/spec/mask_count.h"
#include "core/train/loss_sums.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

Batcher::MaskPlan maskPlan(const RunSpec& spec, const Batcher& batcher) {
    const auto count = [&](const std::vector<int>& fields, double ratio) {
        // At least 1: a ratio that masks nothing is only allowed if no loss reads the masks.
        return std::max<std::int64_t>(1, maskedFieldCount(static_cast<std::int64_t>(fields.size()),
                                                          ratio, spec.pretrain.maskRounding));
    };
    Batcher::MaskPlan plan;
    plan.tableFields = count(batcher.idFields(), spec.pretrain.maskRatioTable);
    plan.textFields = count(batcher.textFields(), spec.pretrain.maskRatioText);
    plan.noise = spec.pretrain.noise;
    plan.fields = spec.pretrain.maskedFields;
    plan.tokenShare = spec.pretrain.maskUnit == MaskUnit::Token ? spec.pretrain.maskRatioText : 0;
    return plan;
}

std::vector<NoiseSampler> noiseSamplers(const RunSpec& spec, const ModelSizes& sizes) {
    if (spec.pretrain.noiseFrom == NoiseFrom::Field) {
        return NoiseSampler::ofFields(sizes.trainingCounts, sizes.idFields);
    }
    return {NoiseSampler(sizes.trainingCounts)};
}

Optimiser pretrainOptimiser(const RunSpec& spec, PretrainModel& model) {
    const double rate = spec.pretrain.learningRate;
    const bool decayAll = spec.pretrain.decay == DecayedParameters::All;
    return Optimiser(model.parameters,
                     {/*decaying=*/{rate, spec.pretrain.weightDecay}, /*plain=*/{rate, 0.0}},
                     [&](const std::string& name) {
                         const bool plain = isBiasOrNorm(name, *model.parameters.find(name));
                         return plain && !decayAll ? 1 : 0;
                     });
}

Pretrainer::Pretrainer(const RunSpec& spec, PretrainModel& model, const Batcher& batcher,
                       const ModelSizes& sizes, const LoopPlan& plan, Measure measure)
    : spec_(spec), model_(model), batcher_(batcher), choices_(pretrainChoices(spec)),
      masks_(maskPlan(spec, batcher)), span_(plan.span()), measure_(std::move(measure)),
      samplers_(noiseSamplers(spec, sizes)),
      dropout_(static_cast<std::uint64_t>(spec.seed), model.parameters.device()),
      byRow_(updatesTouchedRows(
          spec.id.tableUpdates, model.parameters.device(),
          {model.idRows->size(), spec.pretrain.batchSize * batcher.idColumns(), /*hasL2=*/false})),
      optimiser_(pretrainOptimiser(spec, model)),
      state_(RunStage::Pretrain, model.parameters, optimiser_) {
    if (byRow_) {
        optimiser_.updateByRow(model.tables(), /*l2=*/0);
    } else {
        optimiser_.markTables(model.tables());
    }
}

void Pretrainer::openRows(const Batch& batch, const Masks& masks) {
    // The masked ids are the clean ids, or the mask in any column.
    model_.idRows->open(at::cat({batch.ids, at::zeros_like(batch.ids.slice(0, 0, 1))}));
    if (model_.maskedFeatureHead) {
        const IdRows& rows = *model_.idRows;
        model_.maskedFeatureHead->space().open(
            at::cat({rows.rowsOf(masks.targets).flatten(), rows.rowsOf(masks.noise).flatten()}));
    }
    optimiser_.gatherRows();
}

void Pretrainer::closeRows() {
    model_.idRows->close();
    if (model_.maskedFeatureHead) {
        model_.maskedFeatureHead->space().close();
    }
}

Stage::Step Pretrainer::step(std::span<const std::int64_t> rows, std::int64_t step,
                             const std::stop_token& stop) {
    const Batch batch = batcher_.load(rows);
    const Masks masks =
        batcher_.mask(batch, masks_, samplers_, static_cast<std::uint64_t>(spec_.seed), step);
    const GatheredRows gathered(optimiser_, [this] {
        if (byRow_) {
            closeRows();
        }
    });
    if (byRow_) {
        openRows(batch, masks);
    }
    model_.parameters.stepBegins();
    const PretrainLosses losses = pretrainLosses(model_, batch, masks, choices_,
                                                 dropout_.forStep(RunStage::Pretrain, step, stop));
    Step done;
    const double factor =
        scheduleFactor(spec_.pretrain.schedule, spec_.pretrain.warmup, step, span_);
    done.learningRate = spec_.pretrain.learningRate * factor;

    LossSums sums;
    sums.add("icl", losses.contrast);
    sums.add("mfm", losses.fields);
    sums.add("mlm", losses.tokens);
    sums.add("total", losses.total);
    const bool hasGradient = losses.total.requires_grad();
    model_.parameters.clearGradients();
    if (hasGradient) {
        losses.total.backward();
    }
    const at::Tensor norm = optimiser_.gradientNorm();
    LossSums::Totals totals = sums.read(norm);
    done.finite = totals.isFinite();
    done.losses = std::move(totals.losses);
    if (done.finite && hasGradient) {
        optimiser_.clip(spec_.pretrain.clipNorm, norm);
        optimiser_.step(factor);
        model_.parameters.stepTaken();
    }
    model_.parameters.clearGradients();
    return done;
}

std::optional<std::vector<Fact>> Pretrainer::begin(const std::stop_token& stop) {
    std::vector<Fact> facts;
    if (auto first = measure_(stop)) {
        facts.emplace_back(*first);
    }
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    return facts;
}

std::optional<Stage::EpochEnd> Pretrainer::endEpoch(std::int64_t epoch,
                                                    const std::stop_token& stop) {
    optimiser_.catchUpAllRows();
    EpochEnd end;
    if (spec_.pretrain.temperatureKind == TemperatureKind::Learned && model_.projectIds) {
        end.done.state["temperature"] = model_.temperature();
    }
    auto measured = measure_(stop);
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    if (measured) {
        measured->epoch = epoch;
        measured->step = state_.progress.step;
        end.facts.push_back(*measured);
    }
    return end;
}

} // namespace flip
