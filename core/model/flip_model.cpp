#include "core/model/flip_model.h"

#include <torch/torch.h>

namespace flip {

namespace {

Result<std::unique_ptr<TextEncoder>> makeText(const RunSpec& spec, const TextConfig& config,
                                              Parameters& parameters, const Initialiser& init) {
    auto encoder = TextEncoder::make(config, spec.plm.layers, parameters, init, "text.");
    if (encoder && spec.plm.dropout >= 0) {
        (*encoder)->setDropout(spec.plm.dropout);
    }
    return encoder;
}

} // namespace

BackboneOptions backboneOptions(const RunSpec& spec, const ModelSizes& sizes) {
    BackboneOptions options;
    options.fields = sizes.fields;
    options.ids = sizes.ids;
    options.embeddingDim = spec.id.embeddingDim;
    options.hidden = spec.id.hidden;
    options.crossLayers = spec.id.crossLayers;
    options.experts = spec.id.experts;
    options.rank = spec.id.rank;
    options.dropout = spec.id.dropout;
    options.initStd = spec.id.initStd;
    options.lists = sizes.lists;
    options.idFields = sizes.idFields;
    options.trainingCounts = sizes.trainingCounts;
    options.minCount = spec.id.minCount;
    options.hashBuckets = spec.id.hashBuckets;
    std::vector<std::string> names;
    for (const IdField& field : options.idFields) {
        names.push_back(field.name);
    }
    const auto widths = fieldWidths(spec.id.fieldDims, names, options.embeddingDim);
    TORCH_CHECK(widths.ok(), "the widths of fields were checked before");
    for (std::size_t field = 0; field < names.size(); ++field) {
        options.idFields[field].width = (*widths)[field];
    }
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
    auto text = makeText(spec, config, model->parameters, init);
    if (!text) {
        return text.problem();
    }
    model->text = std::move(*text);

    const std::int64_t features = model->backbone->featureWidth();
    const std::int64_t hidden = config.hidden;
    for (const std::string& loss : spec.pretrain.losses) {
        if (loss == "icl") {
            model->projectIds.emplace(model->parameters, init, "icl.rec", features,
                                      spec.pretrain.projectionDim, spec.pretrain.projectionDropout);
            model->projectText.emplace(model->parameters, init, "icl.text", hidden,
                                       spec.pretrain.projectionDim,
                                       spec.pretrain.projectionDropout);
        } else if (loss == "mfm") {
            FieldRecovery::Options options;
            options.features = features;
            options.hidden = hidden;
            options.fields = sizes.fields;
            options.ids = model->idRows->size();
            options.fieldDim = spec.pretrain.fieldDim;
            // Ids that share a row cannot be told apart: they are one class, as likely as all of
            // them.
            at::Tensor counts = at::zeros({options.ids}, at::kLong);
            counts.index_add_(
                0,
                model->idRows
                    ->rowsOf(at::arange(sizes.ids, at::TensorOptions(at::kLong).device(device)))
                    .to(at::kCPU),
                at::tensor(at::ArrayRef<std::int64_t>(sizes.trainingCounts), at::kLong));
            model->recoverFields.emplace(model->parameters, init, "mfm.", options,
                                         noiseLogProbabilities(counts));
        } else if (loss == "mlm") {
            model->recoverTokens.emplace(model->parameters, init, "mlm.", features, hidden,
                                         config.vocabulary, spec.pretrain.tokenDropout);
        }
    }
    return model;
}

RowTables PretrainModel::tables() const {
    RowTables tables = idRows->tables();
    if (recoverFields) {
        for (const auto& table : recoverFields->tables()) {
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
    const std::string& branches = spec.finetune.branches;
    std::unique_ptr<FinetuneModel> model(new FinetuneModel(device));
    Parameters& parameters = model->parameters;
    if (branches != "text") {
        BackboneOptions ids = backboneOptions(spec, sizes);
        model->idRows = ids.rows = std::make_shared<IdRows>(ids, device);
        auto backbone = makeBackbone(spec.id.backbone, parameters, init, "rec.", ids);
        if (!backbone) {
            return backbone.problem();
        }
        model->backbone = std::move(*backbone);
    }
    if (branches != "id") {
        TORCH_CHECK(config.has_value());
        auto text = makeText(spec, *config, parameters, init);
        if (!text) {
            return text.problem();
        }
        model->text = std::move(*text);
        model->textHead_ = Linear(parameters, init, "text_head", config->hidden, 1);
    }
    if (branches == "joint") {
        model->alpha_ =
            parameters.add("fusion.alpha", at::full({1}, spec.finetune.alphaStart, at::kFloat));
        if (spec.recipe == "published") {
            model->textOutputBias_ =
                parameters.add("text_head.output_bias", at::zeros({1}, at::kFloat));
            model->fusionBias_ = parameters.add("fusion.output_bias", at::zeros({1}, at::kFloat));
        }
    }
    return model;
}

BranchLogits FinetuneModel::logits(const at::Tensor& ids, const at::Tensor& tokenIds,
                                   const TokenLayout& layout, const ForwardMode& mode) const {
    BranchLogits out;
    if (hasIds()) {
        out.id = backbone->logit(ids, mode);
    }
    if (hasText()) {
        out.text = textHead_(text->sentence(tokenIds, layout, mode)).squeeze(1);
        if (textOutputBias_.defined()) {
            out.text = out.text + textOutputBias_;
        }
    }
    if (alpha_.defined()) {
        out.joint = alpha_ * out.id + (1.0 - alpha_) * out.text;
        if (fusionBias_.defined()) {
            out.joint = out.joint + fusionBias_;
        }
    }
    return out;
}

at::Tensor FinetuneModel::tableSquares() const {
    at::Tensor sum = at::zeros({}, at::TensorOptions(at::kFloat).device(parameters.device()));
    for (const auto& table : idRows->tables()) {
        sum = sum + table->values().square().sum();
    }
    return sum;
}

double FinetuneModel::alpha() const {
    return alpha_.defined() ? alpha_.detach().to(at::kCPU).item<double>() : 0.0;
}

} // namespace flip
