#include "core/train/finetuner.h"

#include "core/train/evaluator.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace flip {

namespace {

/// Parts of a model that are trained at rates of their own; each has a group with and one without
/// decay.
enum Part { kRest, kIds, kFusion, kText, kParts };

/// Rows ordered by sentence length, so that the parts of a batch pad little.
std::vector<std::int64_t> byLength(std::span<const std::int64_t> rows, const Batcher& batcher) {
    std::vector<std::int64_t> sorted(rows.begin(), rows.end());
    std::stable_sort(sorted.begin(), sorted.end(), [&](std::int64_t a, std::int64_t b) {
        return batcher.tokensOf(a) < batcher.tokensOf(b);
    });
    return sorted;
}

bool isOfTextEncoder(const std::string& parameter) {
    return parameter.starts_with("text.") || parameter.starts_with("item_text.");
}

bool isPublishedIdRun(const RunSpec& spec) {
    return spec.recipe == "published" && spec.finetune.branches == "id";
}

} // namespace

FinetuneLosses finetuneLosses(const RunSpec& spec, const FinetuneModel& model,
                              const BranchLogits& logits, const at::Tensor& labels, double scale,
                              bool withTables) {
    const auto reduction = isPublishedIdRun(spec) ? at::Reduction::Sum : at::Reduction::Mean;
    FinetuneLosses losses;
    const auto branch = [&](const at::Tensor& logit, at::Tensor& loss) {
        if (logit.defined()) {
            loss = at::binary_cross_entropy_with_logits(logit, labels, {}, {}, reduction) * scale;
            losses.total = losses.total.defined() ? losses.total + loss : loss;
        }
    };
    branch(logits.joint, losses.joint);
    branch(logits.id, losses.id);
    branch(logits.text, losses.text);
    if (withTables && model.hasIds() && spec.finetune.embeddingL2 > 0) {
        const double weight = spec.recipe == "published" ? spec.finetune.embeddingL2
                                                         : 0.5 * spec.finetune.embeddingL2;
        losses.tables = weight * model.tableSquares();
        losses.total = losses.total + losses.tables;
    }
    return losses;
}

AdamW finetuneOptimiser(const RunSpec& spec, FinetuneModel& model) {
    const RunSpec::Finetune& options = spec.finetune;
    const bool textOnly = options.branches == "text";
    const bool joint = options.branches == "joint";
    std::array<AdamW::Group, kParts> parts;
    parts[kRest] = textOnly ? AdamW::Group{options.textLearningRate, options.textWeightDecay}
                            : AdamW::Group{options.learningRate, options.weightDecay};
    parts[kIds] = {options.learningRate * (joint ? options.idRate : 1.0), options.weightDecay};
    parts[kFusion] = {options.learningRate * options.fusionRate, options.weightDecay};
    parts[kText] = {options.textEncoder == "frozen" ? 0.0 : options.textLearningRate,
                    options.textWeightDecay};
    std::vector<AdamW::Group> groups;
    for (const AdamW::Group& part : parts) {
        groups.push_back(part);
        groups.push_back({part.learningRate, 0.0});
    }
    return AdamW(model.parameters, std::move(groups), [&](const std::string& name) -> int {
        const Part part = isOfTextEncoder(name)         ? kText
                          : name.starts_with("rec.")    ? kIds
                          : name.starts_with("fusion.") ? kFusion
                                                        : kRest;
        if (parts[part].learningRate == 0) {
            return -1;
        }
        const bool plain =
            options.decay != "all" && isBiasOrNorm(name, *model.parameters.find(name));
        return 2 * part + (plain ? 1 : 0);
    });
}

std::int64_t evaluationBatch(const FinetuneModel& model) {
    return model.hasText() ? 256 : 4096;
}

Finetuner::Finetuner(const RunSpec& spec, FinetuneModel& model, const Batcher& batcher,
                     const LoopPlan& plan, const std::string& stage)
    : spec_(spec), model_(model), batcher_(batcher), totalSteps_(plan.totalSteps()),
      selectionRows_(
          batcher.dataset().rowsOf(spec.finetune.selectOn == "test" ? Split::Test : Split::Valid)),
      unknownIds_(spec, batcher.dataset()),
      dropout_(static_cast<std::uint64_t>(spec.seed), model.parameters.device()),
      optimiser_(finetuneOptimiser(spec, model)), state_(stage, model.parameters, optimiser_) {
    if (model.hasText() && spec.finetune.textEncoder == "frozen") {
        frozen_.emplace(model, batcher);
    }
}

Stage::Step Finetuner::step(std::span<const std::int64_t> rows, std::int64_t step,
                            const std::stop_token& stop) {
    const auto part = static_cast<std::size_t>(
        model_.hasText() ? spec_.finetune.microBatch : static_cast<std::int64_t>(rows.size()));
    const std::vector<std::int64_t> ordered = byLength(rows, batcher_);
    const ForwardMode mode = dropout_.forStep(state_.place.stage, step, stop);
    std::map<std::string, at::Tensor> sums;
    model_.parameters.clearGradients();
    model_.parameters.stepBegins();
    for (std::size_t first = 0; first < ordered.size(); first += part) {
        if (stop.stop_requested()) {
            throw PassStopped{};
        }
        const auto size = std::min(part, ordered.size() - first);
        const Batch batch =
            batcher_.load(std::span<const std::int64_t>(ordered).subspan(first, size));
        const at::Tensor ids =
            unknownIds_(batch.ids, step, static_cast<std::int64_t>(first / part));
        const BranchLogits logits =
            model_.logits(ids, frozen_ ? frozen_->of(batch, stop) : sentencesOf(batch), mode);
        const double scale = isPublishedIdRun(spec_)
                                 ? 1.0
                                 : static_cast<double>(size) / static_cast<double>(ordered.size());
        const FinetuneLosses losses = finetuneLosses(spec_, model_, logits, batch.labels, scale,
                                                     /*withTables=*/first == 0);
        losses.total.backward();
        const auto add = [&](const char* name, const at::Tensor& loss) {
            if (loss.defined()) {
                at::Tensor& sum = sums[name];
                sum = sum.defined() ? sum + loss.detach() : loss.detach();
            }
        };
        add("joint", losses.joint);
        add("id", losses.id);
        add("text", losses.text);
        add("tables", losses.tables);
        add("total", losses.total);
    }
    Step done;
    const double warmSteps = std::floor(spec_.finetune.warmup * static_cast<double>(totalSteps_));
    const double warm =
        static_cast<double>(step) < warmSteps ? static_cast<double>(step + 1) / warmSteps : 1.0;
    const double factor = warm * state_.place.rateFactor;
    done.learningRate =
        factor * (spec_.finetune.branches == "text" ? spec_.finetune.textLearningRate
                                                    : spec_.finetune.learningRate);
    for (const auto& [name, sum] : sums) {
        done.losses[name] = sum.to(at::kCPU).item<double>();
        done.finite = done.finite && std::isfinite(done.losses[name]);
    }
    if (done.finite) {
        optimiser_.clip(spec_.finetune.clipNorm);
        optimiser_.step(factor);
        model_.parameters.stepTaken();
    }
    model_.parameters.clearGradients();
    return done;
}

std::optional<Stage::EpochEnd> Finetuner::endEpoch(std::int64_t epoch,
                                                   const std::stop_token& stop) {
    const auto predictions =
        predict(model_, batcher_, selectionRows_, evaluationBatch(model_), stop, frozen());
    if (!predictions) {
        return std::nullopt;
    }
    EpochEnd end;
    end.done.valid = measureBranches(*predictions);
    if (model_.hasIds() && model_.hasText()) {
        end.done.state["alpha"] = model_.alpha();
    }
    // Without both classes there is no AUC; the smaller log loss decides then.
    const Metrics& own = end.done.valid[""];
    const double value = own.auc ? *own.auc : 1.0 / (1.0 + own.logLoss);
    TrainingState::Place& place = state_.place;
    if (value > place.bestValue) {
        place.bestValue = value;
        place.bestEpoch = epoch;
        place.epochsSinceBest = 0;
        end.done.best = true;
        state_.rememberBest();
    } else {
        place.epochsSinceBest += 1;
        place.rateFactor *= spec_.finetune.plateauFactor;
        const std::int64_t patience = spec_.finetune.patience;
        if (patience > 0 && place.epochsSinceBest >= patience) {
            end.endReason = "early stop after epoch " + std::to_string(epoch) +
                            ", best was epoch " + std::to_string(place.bestEpoch);
        }
    }
    return end;
}

} // namespace flip
