#include "core/train/finetuner.h"

#include "core/train/loss_sums.h"
#include "core/train/mixing_fit.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace flip {

namespace {

/// The parts of a model with their own learning rates; each has a group with weight decay and one
/// without.
enum Part { kRest, kIds, kFusion, kText, kParts };
constexpr int kTables = 2 * kParts; // the group of the id tables, after those of the parts

/// Rows sorted by sentence length, so that micro-batches need little padding.
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
    return spec.recipe == RecipeKind::Published && spec.finetune.branches == Branches::Id;
}

/// The factor of the squares of the id tables in the loss.
double tableWeight(const RunSpec& spec) {
    return spec.recipe == RecipeKind::Published ? spec.finetune.embeddingL2
                                                : 0.5 * spec.finetune.embeddingL2;
}

/// Whether clipping needs the gradient norm of the whole tables, so that lazy updates are not
/// possible.
bool needsWholeTables(const RunSpec& spec) {
    return spec.finetune.embeddingL2 > 0 && spec.finetune.clipNorm > 0;
}

double idLearningRate(const RunSpec& spec) {
    return spec.finetune.learningRate *
           (spec.finetune.branches == Branches::Joint ? spec.finetune.idRate : 1.0);
}

bool trainsTables(const RunSpec& spec, const FinetuneModel& model) {
    return model.hasIds() && idLearningRate(spec) != 0;
}

bool updatesByRow(const RunSpec& spec, const FinetuneModel& model, const Batcher& batcher) {
    if (!trainsTables(spec, model) || needsWholeTables(spec)) {
        return false;
    }
    return updatesTouchedRows(spec.id.tableUpdates, model.parameters.device(),
                              {model.idRows->size(), spec.finetune.batchSize * batcher.idColumns(),
                               spec.finetune.embeddingL2 > 0});
}

/// The unknown ids of validation rows, of an evenly spaced subset if there are many rows; undefined
/// if ID dropout does not draw from them.
at::Tensor unknownInValidation(const RunSpec& spec, const FinetuneModel& model,
                               const Batcher& batcher) {
    constexpr std::size_t kMostRows = 65536;
    if (!model.hasIds() || !IdDropout::drawsFromValidation(spec)) {
        return {};
    }
    const std::vector<std::int64_t> all = batcher.dataset().rowsOf(Split::Valid);
    const std::size_t stride = std::max<std::size_t>(1, all.size() / kMostRows);
    std::vector<std::int64_t> some;
    for (std::size_t i = 0; i < all.size(); i += stride) {
        some.push_back(all[i]);
    }
    return unknownIdsOf(*model.idRows, batcher, some);
}

/// The ids of all micro-batches of a step, concatenated. [rows, columns]
at::Tensor idsOf(const std::vector<Batch>& parts) {
    std::vector<at::Tensor> ids;
    for (const Batch& part : parts) {
        ids.push_back(part.ids);
    }
    return at::cat(ids);
}

/// The mixing weight, averaged over rows.
double meanMixing(const at::Tensor& unknown, const at::Tensor& weights) {
    const double all = weights[0].item<double>();
    if (weights.size(0) == 1 || unknown.size(0) == 0) {
        return all;
    }
    return all + at::dot((unknown.sum(0).to(at::kDouble) / static_cast<double>(unknown.size(0))),
                         weights.slice(0, 1))
                     .item<double>();
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
        losses.tables = tableWeight(spec) * model.tableSquares();
        losses.total = losses.total + losses.tables;
    }
    return losses;
}

Optimiser finetuneOptimiser(const RunSpec& spec, FinetuneModel& model) {
    const RunSpec::Finetune& options = spec.finetune;
    const bool textOnly = options.branches == Branches::Text;
    std::array<Optimiser::Group, kParts> parts;
    parts[kRest] = textOnly ? Optimiser::Group{options.textLearningRate, options.textWeightDecay}
                            : Optimiser::Group{options.learningRate, options.weightDecay};
    parts[kIds] = {idLearningRate(spec), options.weightDecay};
    parts[kFusion] = {options.learningRate * options.fusionRate, options.weightDecay};
    parts[kText] = {options.textEncoder == TextEncoderMode::Frozen ? 0.0 : options.textLearningRate,
                    options.textWeightDecay};
    std::vector<Optimiser::Group> groups;
    for (const Optimiser::Group& part : parts) {
        groups.push_back(part);
        groups.push_back({part.learningRate, 0.0});
    }
    groups.push_back({parts[kIds].learningRate, parts[kIds].weightDecay,
                      options.tableOptimiser == TableOptimiser::Adagrad ? UpdateRule::Adagrad
                                                                        : UpdateRule::AdamW});
    return Optimiser(model.parameters, std::move(groups), [&](const std::string& name) -> int {
        const Part part = isOfTextEncoder(name)         ? kText
                          : name.starts_with("rec.")    ? kIds
                          : name.starts_with("fusion.") ? kFusion
                                                        : kRest;
        if (parts[part].learningRate == 0) {
            return -1;
        }
        if (isIdTable(name)) {
            return kTables;
        }
        const bool plain = options.decay != DecayedParameters::All &&
                           isBiasOrNorm(name, *model.parameters.find(name));
        return 2 * part + (plain ? 1 : 0);
    });
}

std::int64_t evaluationBatch(const FinetuneModel& model) {
    return model.hasText() ? 256 : 4096;
}

Finetuner::Finetuner(const RunSpec& spec, FinetuneModel& model, const Batcher& batcher,
                     const LoopPlan& plan, RunStage stage)
    : spec_(spec), model_(model), batcher_(batcher), span_(plan.span()),
      selectionRows_(batcher.dataset().rowsOf(
          spec.finetune.selectOn == SelectOn::Test ? Split::Test : Split::Valid)),
      idDropout_(spec, batcher.dataset(), unknownInValidation(spec, model, batcher)),
      dropout_(static_cast<std::uint64_t>(spec.seed), model.parameters.device()),
      byRow_(updatesByRow(spec, model, batcher)), optimiser_(finetuneOptimiser(spec, model)),
      state_(stage, model.parameters, optimiser_) {
    if (model.hasText() && spec.finetune.textEncoder == TextEncoderMode::Frozen) {
        frozen_.emplace(model, batcher);
    } else if (model.hasText() && spec.finetune.maskRatioText > 0) {
        tokenMasking_.emplace(spec, batcher.maskToken());
    }
    if (byRow_) {
        optimiser_.updateByRow(model.idRows->tables(), 2 * tableWeight(spec));
    } else if (model.hasIds()) {
        optimiser_.markTables(model.idRows->tables());
    }
}

std::optional<std::vector<Fact>> Finetuner::begin(const std::stop_token&) {
    std::vector<Fact> facts;
    if (trainsTables(spec_, model_) && spec_.id.tableUpdates == TableUpdates::Touched && !byRow_) {
        facts.emplace_back(LogLine{"info", "every row of the id tables is updated in every step: "
                                           "finetune.clip_norm with finetune.embedding_l2 needs "
                                           "the gradient of all of them"});
    }
    return facts;
}

/// Loads the micro-batches of a step, with rows of similar length together, and applies ID dropout
/// and token masking.
std::vector<Batch> Finetuner::loadParts(std::span<const std::int64_t> rows,
                                        std::int64_t step) const {
    const auto part = static_cast<std::size_t>(
        model_.hasText() ? spec_.finetune.microBatch : static_cast<std::int64_t>(rows.size()));
    const std::vector<std::int64_t> ordered = byLength(rows, batcher_);
    std::vector<Batch> parts;
    for (std::size_t first = 0; first < ordered.size(); first += part) {
        const auto size = std::min(part, ordered.size() - first);
        const auto rowsOfPart = std::span<const std::int64_t>(ordered).subspan(first, size);
        Batch& loaded = parts.emplace_back(model_.hasText() ? batcher_.load(rowsOfPart)
                                                            : batcher_.loadWithoutText(rowsOfPart));
        const auto number = static_cast<std::int64_t>(first / part);
        loaded.ids = idDropout_(loaded.ids, step, number);
        if (tokenMasking_) {
            (*tokenMasking_)(loaded, step, number);
        }
    }
    return parts;
}

void Finetuner::openRows(const at::Tensor& ids) {
    model_.idRows->open(ids);
    optimiser_.gatherRows();
}

/// Fits the mixing weights to the validation rows, if the recipe requests it, and mixes the
/// predictions again.
void Finetuner::fitMixingWeights(Predictions& predictions) {
    if (spec_.finetune.mixingFrom != MixingFrom::Validation ||
        spec_.finetune.selectOn != SelectOn::Valid || spec_.finetune.fusionRate == 0) {
        return;
    }
    const auto positives = std::ranges::count(predictions.labels, std::uint8_t{1});
    if (positives == 0 || positives == std::ssize(predictions.labels)) {
        return; // with rows of one class, the best weight is unbounded
    }
    const double bias = model_.mixingBias(); // a (x + b) + (1 - a) (y + b) = a x + (1 - a) y + b
    const auto numbers = [](const auto& values) {
        return at::tensor(at::ArrayRef(values), at::kDouble);
    };
    const at::Tensor first = model_.mixingWeights();
    const MixingRows rows{numbers(predictions.idLogit) + bias,
                          numbers(predictions.textLogit) + bias, numbers(predictions.labels),
                          first.size(0) > 1 ? selectionUnknown_ : selectionUnknown_.slice(1, 0, 0)};
    const at::Tensor weights = fitMixing(rows, first);
    model_.setMixingWeights(weights);
    const at::Tensor mixed = mixedLogits(rows, weights);
    std::copy_n(mixed.const_data_ptr<double>(), predictions.logit.size(),
                predictions.logit.begin());
}

Stage::Step Finetuner::step(std::span<const std::int64_t> rows, std::int64_t step,
                            const std::stop_token& stop) {
    const std::vector<Batch> parts = loadParts(rows, step);
    const GatheredRows gathered(optimiser_, [this] {
        if (byRow_) {
            model_.idRows->close();
        }
    });
    const at::Tensor ids = idsOf(parts);
    if (byRow_) {
        openRows(ids);
    }
    const ForwardMode mode = dropout_.forStep(state_.progress.stage, step, stop);
    LossSums sums;
    model_.parameters.clearGradients();
    model_.parameters.stepBegins();
    // The ids of all micro-batches pass through the backbone together, so that batch statistics,
    // e.g. of batch norm, do not depend on the size of the micro-batches. These accumulate their
    // gradients in `idLogits`.
    const at::Tensor wholeIds = model_.idLogit(ids, mode);
    at::Tensor idLogits;
    if (wholeIds.defined()) {
        idLogits = wholeIds.detach().set_requires_grad(wholeIds.requires_grad());
    }
    std::int64_t first = 0;
    for (const Batch& batch : parts) {
        if (stop.stop_requested()) {
            throw PassStopped{};
        }
        const std::int64_t end = first + static_cast<std::int64_t>(batch.rows.size());
        const at::Tensor idsOfPart = wholeIds.defined() ? idLogits.slice(0, first, end) : idLogits;
        first = end;
        const BranchLogits logits = model_.logits(
            batch.ids, idsOfPart, frozen_ ? frozen_->of(batch, stop) : sentencesOf(batch), mode);
        const double scale = isPublishedIdRun(spec_) ? 1.0
                                                     : static_cast<double>(batch.rows.size()) /
                                                           static_cast<double>(rows.size());
        const FinetuneLosses losses = finetuneLosses(spec_, model_, logits, batch.labels, scale,
                                                     /*withTables=*/&batch == &parts.front());
        losses.total.backward();
        sums.add("joint", losses.joint);
        sums.add("id", losses.id);
        sums.add("text", losses.text);
        sums.add("tables", losses.tables);
        sums.add("total", losses.total);
    }
    if (idLogits.defined() && idLogits.grad().defined()) {
        wholeIds.backward(idLogits.grad());
    }
    Step done;
    const double factor =
        scheduleFactor(spec_.finetune.schedule, spec_.finetune.warmup, step, span_) *
        state_.progress.rateFactor;
    done.learningRate =
        factor * (spec_.finetune.branches == Branches::Text ? spec_.finetune.textLearningRate
                                                            : spec_.finetune.learningRate);
    const at::Tensor norm = optimiser_.gradientNorm();
    LossSums::Totals totals = sums.read(norm);
    done.finite = totals.isFinite();
    done.losses = std::move(totals.losses);
    if (byRow_ && done.losses.contains("tables")) {
        // The graph contains only the squares of the gathered rows; the loss is reported over all
        // rows.
        const double all = tableWeight(spec_) * optimiser_.tableSquares();
        done.losses["total"] += all - done.losses["tables"];
        done.losses["tables"] = all;
    }
    if (done.finite) {
        optimiser_.clip(spec_.finetune.clipNorm, norm);
        optimiser_.step(factor);
        model_.parameters.stepTaken();
    }
    model_.parameters.clearGradients();
    return done;
}

std::optional<Stage::EpochEnd> Finetuner::endEpoch(std::int64_t epoch,
                                                   const std::stop_token& stop) {
    optimiser_.catchUpAllRows();
    auto predictions =
        predict(model_, batcher_, selectionRows_, evaluationBatch(model_), stop, frozen());
    if (!predictions) {
        return std::nullopt;
    }
    EpochEnd end;
    end.finite = isFinite(*predictions);
    if (!end.finite) {
        return end;
    }
    if (byRow_ && spec_.finetune.embeddingL2 > 0) {
        optimiser_.recountSquares();
    }
    const bool mixes = model_.hasIds() && model_.hasText();
    if (mixes) {
        if (!selectionUnknown_.defined()) {
            selectionUnknown_ = unknownIdsOf(*model_.idRows, batcher_, selectionRows_);
        }
        fitMixingWeights(*predictions);
    }
    end.done.valid = measureBranches(*predictions);
    if (mixes) {
        end.done.state["alpha"] = meanMixing(selectionUnknown_, model_.mixingWeights());
    }
    // Without both classes there is no AUC; then the smaller log loss decides.
    const Metrics& own = end.done.valid[""];
    const double value = own.auc ? *own.auc : 1.0 / (1.0 + own.logLoss);
    TrainingState::Progress& progress = state_.progress;
    if (value > progress.bestValue) {
        progress.bestValue = value;
        progress.bestEpoch = epoch;
        progress.epochsSinceBest = 0;
        end.done.best = true;
        state_.keepBest();
    } else {
        progress.epochsSinceBest += 1;
        progress.rateFactor *= spec_.finetune.plateauFactor;
        const std::int64_t patience = spec_.finetune.patience;
        if (patience > 0 && progress.epochsSinceBest >= patience) {
            end.endReason = "early stop after epoch " + std::to_string(epoch) +
                            ", best was epoch " + std::to_string(progress.bestEpoch);
        }
    }
    return end;
}

} // namespace flip
