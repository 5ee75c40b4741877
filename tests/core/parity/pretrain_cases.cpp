#include "tests/core/parity/parity_case.h"

#include "core/train/pretrain_loss.h"
#include "core/train/pretrainer.h"

#include <torch/types.h>

#include <stdexcept>

namespace flip::parity {

namespace {

/// A model with the case's weights and the heads of the given losses.
std::unique_ptr<PretrainModel> modelOf(const ParityCase& reference,
                                       const std::vector<PretrainLoss>& losses, RunSpec& spec) {
    spec = publishedSpec(reference.hyper());
    spec.pretrain.losses = losses;
    ModelSizes sizes;
    sizes.fields = reference.hyper().at("fields").get<std::int64_t>();
    sizes.ids = reference.hyper().at("features").get<std::int64_t>();
    sizes.trainingCounts.assign(static_cast<std::size_t>(sizes.ids), 1);
    if (reference.hasInput("feature_count")) {
        const at::Tensor counts = reference.input("feature_count").to(at::kLong);
        for (std::int64_t id = 0; id < sizes.ids; ++id) {
            sizes.trainingCounts[static_cast<std::size_t>(id)] = counts[id].item<std::int64_t>();
        }
    }
    auto model = PretrainModel::make(spec, sizes, textConfigOf(reference, "text."), device());
    if (!model) {
        throw std::runtime_error(model.problem().text());
    }
    std::vector<std::string> required{"text."};
    for (const std::string& loss : wordsOf(losses)) {
        required.push_back(loss + ".");
    }
    if (auto filled = (*model)->parameters.fill(reference.weights(), "", required); !filled) {
        throw std::runtime_error(filled.problem().text());
    }
    return std::move(*model);
}

/// The batch and masks in the case's tensors under `prefix`; `packed` removes the padding.
std::pair<Batch, Masks> batchOf(const ParityCase& reference, const std::string& prefix,
                                bool packed) {
    Batch batch;
    Masks masks;
    const auto input = [&](const char* name) { return reference.input(prefix + name); };
    batch.ids = input("ids");
    const at::Tensor mask = input("attention_mask").to(at::kBool); // [B, N]
    const at::Tensor chosen =
        packed ? mask.flatten() : at::ones_like(mask.flatten()); // tokens kept
    std::vector<std::int64_t> lengths;
    for (std::int64_t row = 0; row < mask.size(0); ++row) {
        lengths.push_back(mask[row].sum().item<std::int64_t>());
        batch.rows.push_back(row);
    }
    batch.layout = packed ? TokenLayout::packed(lengths, device()) : TokenLayout::padded(mask);
    batch.tokenIds = input("input_ids").flatten().masked_select(chosen);
    if (reference.hasInput(prefix + "masked_columns")) {
        masks.columns = input("masked_columns");
        masks.targets = input("masked_targets");
        masks.maskedIds = input("ids_masked");
        masks.noise = input("noise_ids");
    }
    if (reference.hasInput(prefix + "mlm_labels")) {
        const at::Tensor labels = input("mlm_labels");
        masks.maskedTokenIds = input("input_ids_masked").flatten().masked_select(chosen);
        const at::Tensor kept = labels.flatten().masked_select(chosen);
        masks.labelled.tokens = kept.ne(-100).nonzero().squeeze(1);
        masks.labelledTargets = kept.index_select(0, masks.labelled.tokens);
        std::vector<std::int64_t> counts;
        for (std::int64_t row = 0; row < labels.size(0); ++row) {
            counts.push_back(labels[row].ne(-100).sum().item<std::int64_t>());
        }
        masks.labelled.groups = TokenLayout::chosen(batch.layout, counts, device());
    }
    return {std::move(batch), std::move(masks)};
}

/// Runs one loss as published and, if padding has no effect, as the default recipe computes it.
void runLoss(ParityCase& reference, const std::string& loss) {
    const bool overPadding =
        loss == "mfm" && reference.hyper().value("field_attention", "padded") == "padded";
    for (const bool packed : {false, true}) {
        if (packed && overPadding) {
            continue;
        }
        RunSpec spec;
        const auto model = modelOf(reference, {choiceOf<PretrainLoss>(loss).value()}, spec);
        const auto [batch, masks] = batchOf(reference, "", packed);
        PretrainChoices choices = pretrainChoices(spec);
        choices.headOnEveryToken = !packed;
        choices.separateCleanPasses = !packed;
        const auto losses =
            pretrainLosses(*model, batch, masks, choices, ForwardMode::evaluation());
        losses.total.backward();
        reference.compare("loss", losses.total);
        reference.compareGradients(model->parameters);
    }
}

} // namespace

void runInstanceContrast(ParityCase& reference) {
    if (!reference.hasInput("remote.rec_projection")) {
        runLoss(reference, "icl");
        return;
    }
    RunSpec spec;
    const auto model = modelOf(reference, {PretrainLoss::Icl}, spec);
    const auto [batch, masks] = batchOf(reference, "", /*packed=*/true);
    const ForwardMode mode = ForwardMode::evaluation();
    const at::Tensor u = (*model->projectIds)(model->backbone->features(batch.ids, mode), mode);
    const at::Tensor t =
        (*model->projectText)(model->text->sentence(batch.tokenIds, batch.layout, mode), mode);
    const at::Tensor loss = instanceContrast(
        u, t, at::full({1}, 1.0 / spec.pretrain.temperature, at::kFloat),
        reference.input("remote.rec_projection"), reference.input("remote.text_projection"));
    loss.backward();
    reference.compare("loss", loss);
    reference.compareGradients(model->parameters);
}

void runMaskedFeatures(ParityCase& reference) {
    runLoss(reference, "mfm");
}

void runMaskedTokens(ParityCase& reference) {
    runLoss(reference, "mlm");
}

void runPretrainTrajectory(ParityCase& reference) {
    const bool overPadding = reference.hyper().value("field_attention", "padded") == "padded";
    for (const bool packed : {false, true}) {
        if (packed && overPadding) {
            continue;
        }
        RunSpec spec;
        const auto model =
            modelOf(reference, {PretrainLoss::Icl, PretrainLoss::Mfm, PretrainLoss::Mlm}, spec);
        Optimiser optimiser = pretrainOptimiser(spec, *model);
        PretrainChoices choices = pretrainChoices(spec);
        choices.headOnEveryToken = !packed;
        choices.separateCleanPasses = !packed;
        std::map<std::string, std::vector<at::Tensor>> curves;
        const auto steps = reference.hyper().at("steps").get<std::int64_t>();
        for (std::int64_t step = 0; step < steps; ++step) {
            const auto [batch, masks] =
                batchOf(reference, "step." + std::to_string(step) + ".", packed);
            const auto losses =
                pretrainLosses(*model, batch, masks, choices, ForwardMode::evaluation());
            losses.total.backward();
            optimiser.step(1.0);
            model->parameters.clearGradients();
            curves["step.loss.icl"].push_back(losses.contrast.detach());
            curves["step.loss.mfm"].push_back(losses.fields.detach());
            curves["step.loss.mlm"].push_back(losses.tokens.detach());
        }
        for (const auto& [name, values] : curves) {
            reference.compare(name, at::stack(values));
        }
        reference.compareFinal(model->parameters);
    }
}

} // namespace flip::parity
