#include "core/model/flip_model.h"

#include <torch/types.h>

#include <cmath>

namespace flip {

namespace {

constexpr double kLargestScale = 100;    // a learned temperature stays above 0.01
constexpr double kShortestVector = 1e-8; // avoids dividing a projection by length 0

Result<std::unique_ptr<TextEncoder>> makeText(const RunSpec& spec, const TextConfig& config,
                                              Parameters& parameters, const Initialiser& init,
                                              const std::string& prefix) {
    auto encoder = TextEncoder::make(config, spec.plm.layers, parameters, init, prefix);
    if (encoder) {
        if (spec.plm.dropout >= 0) {
            (*encoder)->setDropout(spec.plm.dropout);
        }
        (*encoder)->setMeanPooling(spec.plm.pooling == Pooling::Mean);
    }
    return encoder;
}

} // namespace

BackboneOptions backboneOptions(const RunSpec& spec, const ModelSizes& sizes) {
    BackboneOptions options(spec.id, sizes.fields, sizes.ids);
    options.lists = sizes.lists;
    options.idFields = sizes.idFields;
    options.trainingCounts = sizes.trainingCounts;
    const auto widths =
        fieldWidths(spec.id.fieldDims, namesOf(options.idFields), options.embeddingDim);
    TORCH_CHECK(widths.ok(), "the widths of fields must have been checked");
    for (std::size_t field = 0; field < options.idFields.size(); ++field) {
        options.idFields[field].width = (*widths)[field];
    }
    options.itemFields = historyFields(spec.id.backbone, options);
    return options;
}

Result<std::unique_ptr<PretrainModel>> PretrainModel::make(const RunSpec& spec,
                                                           const ModelSizes& sizes,
                                                           const TextConfig& config,
                                                           at::Device device) {
    const Initialiser init(static_cast<std::uint64_t>(spec.seed));
    std::unique_ptr<PretrainModel> model(new PretrainModel(device));
    BackboneOptions ids = backboneOptions(spec, sizes);
    model->idRows = ids.rows = std::make_shared<IdRows>(ids, device);
    auto backbone = makeBackbone(spec.id.backbone, model->parameters, init, "rec.", ids);
    if (!backbone) {
        return backbone.problem();
    }
    model->backbone = std::move(*backbone);
    auto text = makeText(spec, config, model->parameters, init, "text.");
    if (!text) {
        return text.problem();
    }
    model->text = std::move(*text);

    const std::int64_t features = model->backbone->featureWidth();
    const std::int64_t hidden = config.hidden;
    for (const PretrainLoss loss : spec.pretrain.losses) {
        switch (loss) {
        case PretrainLoss::Icl: {
            model->projectIds.emplace(model->parameters, init, "icl.rec", features,
                                      spec.pretrain.projectionDim, spec.pretrain.projectionDropout);
            model->projectText.emplace(model->parameters, init, "icl.text", hidden,
                                       spec.pretrain.projectionDim,
                                       spec.pretrain.projectionDropout);
            model->usesCosine_ = spec.pretrain.similarity == Similarity::Cosine;
            const double scale = 1.0 / spec.pretrain.temperature;
            if (spec.pretrain.temperatureKind == TemperatureKind::Learned) {
                model->logScale_ = model->parameters.add(
                    "icl.log_scale", at::full({1}, std::log(scale), at::kFloat));
            } else {
                model->scale_ = at::full({1}, scale, at::TensorOptions(at::kFloat).device(device));
            }
            break;
        }
        case PretrainLoss::Mfm: {
            MaskedFeatureHead::Options options;
            options.features = features;
            options.hidden = hidden;
            options.fields = sizes.fields;
            options.ids = model->idRows->size();
            options.fieldDim = spec.pretrain.fieldDim;
            options.scaledAttention = spec.pretrain.attentionScale == AttentionScale::Width;
            // Ids that share a row cannot be distinguished: they are one class, and its probability
            // is their sum.
            const at::Tensor counts = model->idRows->sums(sizes.trainingCounts);
            model->maskedFeatureHead.emplace(
                model->parameters, init, "mfm.", options,
                spec.pretrain.noiseFrom == NoiseFrom::Field
                    ? noiseLogProbabilities(counts, model->idRows->firstRows())
                    : noiseLogProbabilities(counts));
            break;
        }
        case PretrainLoss::Mlm:
            model->maskedTokenHead.emplace(
                model->parameters, init, "mlm.",
                spec.pretrain.tokenContext == TokenContext::None ? 0 : features, hidden,
                config.vocabulary, spec.pretrain.tokenDropout);
            break;
        }
    }
    return model;
}

at::Tensor PretrainModel::contrastScale() const {
    return logScale_.defined() ? logScale_.clamp_max(std::log(kLargestScale)).exp() : scale_;
}

at::Tensor PretrainModel::contrast(const at::Tensor& idProjection,
                                   const at::Tensor& textProjection) const {
    if (!usesCosine_) {
        return instanceContrast(idProjection, textProjection, contrastScale());
    }
    const auto unit = [](const at::Tensor& x) {
        return x / x.norm(2, /*dim=*/1, /*keepdim=*/true).clamp_min(kShortestVector);
    };
    return instanceContrast(unit(idProjection), unit(textProjection), contrastScale());
}

double PretrainModel::temperature() const {
    return 1.0 / contrastScale().detach().to(at::kCPU).item<double>();
}

RowTables PretrainModel::tables() const {
    RowTables tables = idRows->tables();
    if (maskedFeatureHead) {
        for (const auto& table : maskedFeatureHead->tables()) {
            tables.push_back(table);
        }
    }
    return tables;
}

Result<std::unique_ptr<FinetuneModel>> FinetuneModel::make(const RunSpec& spec,
                                                           const ModelSizes& sizes,
                                                           const std::optional<TextConfig>& config,
                                                           at::Device device) {
    const Initialiser init(static_cast<std::uint64_t>(spec.seed));
    const Branches branches = spec.finetune.branches;
    std::unique_ptr<FinetuneModel> model(new FinetuneModel(device));
    Parameters& parameters = model->parameters;
    if (branches != Branches::Text) {
        BackboneOptions ids = backboneOptions(spec, sizes);
        model->idRows = ids.rows = std::make_shared<IdRows>(ids, device);
        auto backbone = makeBackbone(spec.id.backbone, parameters, init, "rec.", ids);
        if (!backbone) {
            return backbone.problem();
        }
        model->backbone = std::move(*backbone);
    }
    if (branches != Branches::Id) {
        TORCH_CHECK(config.has_value());
        auto text = makeText(spec, *config, parameters, init, "text.");
        if (!text) {
            return text.problem();
        }
        model->text = std::move(*text);
        std::int64_t width = config->hidden;
        if (!spec.text.itemTemplate.empty()) {
            auto item = makeText(spec, *config, parameters, init, "item_text.");
            if (!item) {
                return item.problem();
            }
            model->itemText = std::move(*item);
            width *= 2;
        }
        if (spec.finetune.textHead == TextHead::Tanh) {
            model->textHeadFirst_.emplace(parameters, init, "text_head.first", width,
                                          spec.finetune.textHeadDim);
            model->textHead_ =
                Linear(parameters, init, "text_head.out", spec.finetune.textHeadDim, 1);
        } else {
            model->textHead_ = Linear(parameters, init, "text_head", width, 1);
        }
    }
    if (branches == Branches::Joint) {
        model->idsAreFrozen_ = spec.finetune.idRate == 0;
        model->alpha_ =
            parameters.add("fusion.alpha", at::full({1}, spec.finetune.alphaStart, at::kFloat));
        if (spec.finetune.mixing == MixingWeights::Unknown) {
            model->alphaUnknown_ =
                parameters.add("fusion.unknown", at::zeros({sizes.fields}, at::kFloat));
        }
        if (spec.recipe == RecipeKind::Published) {
            model->textOutputBias_ =
                parameters.add("text_head.output_bias", at::zeros({1}, at::kFloat));
            model->fusionBias_ = parameters.add("fusion.output_bias", at::zeros({1}, at::kFloat));
        }
    }
    return model;
}

at::Tensor FinetuneModel::sentenceVectors(const SentenceInput& sentences,
                                          const ForwardMode& mode) const {
    const at::Tensor vectors = text->sentence(sentences.tokenIds, *sentences.layout, mode);
    if (!hasItemText()) {
        return vectors;
    }
    return at::cat(
        {vectors, itemText->sentence(sentences.itemTokenIds, *sentences.itemLayout, mode)}, 1);
}

at::Tensor FinetuneModel::textLogit(const SentenceInput& sentences, const ForwardMode& mode) const {
    const at::Tensor vectors =
        sentences.vectors.defined() ? sentences.vectors : sentenceVectors(sentences, mode);
    const at::Tensor seen = textHeadFirst_ ? at::tanh((*textHeadFirst_)(vectors)) : vectors;
    const at::Tensor logit = textHead_(seen).squeeze(1);
    return textOutputBias_.defined() ? logit + textOutputBias_ : logit;
}

at::Tensor FinetuneModel::idLogit(const at::Tensor& ids, const ForwardMode& mode) const {
    if (!hasIds()) {
        return {};
    }
    const c10::AutoGradMode gradients(c10::GradMode::is_enabled() && !idsAreFrozen_);
    return backbone->logit(ids, idsAreFrozen_ ? ForwardMode::evaluation() : mode);
}

BranchLogits FinetuneModel::logits(const at::Tensor& ids, const SentenceInput& sentences,
                                   const ForwardMode& mode) const {
    return logits(ids, idLogit(ids, mode), sentences, mode);
}

BranchLogits FinetuneModel::logits(const at::Tensor& ids, const at::Tensor& idLogit,
                                   const SentenceInput& sentences, const ForwardMode& mode) const {
    BranchLogits out;
    out.id = idLogit;
    if (hasText()) {
        out.text = textLogit(sentences, mode);
    }
    if (alpha_.defined()) {
        const at::Tensor a = mixing(ids);
        out.joint = a * out.id + (1.0 - a) * out.text;
        if (fusionBias_.defined()) {
            out.joint = out.joint + fusionBias_;
        }
    }
    return out;
}

at::Tensor FinetuneModel::tableSquares() const {
    // Frozen ids need no gradient; it would have the size of the tables.
    const c10::AutoGradMode gradients(c10::GradMode::is_enabled() && !idsAreFrozen_);
    at::Tensor sum = at::zeros({}, at::TensorOptions(at::kFloat).device(parameters.device()));
    for (const auto& table : idRows->tables()) {
        sum = sum + table->values().square().sum();
    }
    return sum;
}

/// [rows], or [1] if all rows have the same weight.
at::Tensor FinetuneModel::mixing(const at::Tensor& ids) const {
    if (!alphaUnknown_.defined()) {
        return alpha_;
    }
    return alpha_ + at::mv(idRows->unknown(ids).to(alphaUnknown_.scalar_type()), alphaUnknown_);
}

at::Tensor FinetuneModel::mixingWeights() const {
    const at::Tensor all = alphaUnknown_.defined() ? at::cat({alpha_, alphaUnknown_}) : alpha_;
    return all.detach().to(at::kCPU, at::kDouble);
}

void FinetuneModel::setMixingWeights(const at::Tensor& weights) {
    const at::NoGradGuard noGradient;
    alpha_.copy_(weights.slice(0, 0, 1));
    if (alphaUnknown_.defined()) {
        alphaUnknown_.copy_(weights.slice(0, 1));
    }
}

double FinetuneModel::mixingBias() const {
    return fusionBias_.defined() ? fusionBias_.detach().to(at::kCPU).item<double>() : 0.0;
}

} // namespace flip
