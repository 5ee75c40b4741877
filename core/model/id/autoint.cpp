#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

#include <optional>

namespace flip {

namespace {

/// AutoInt (Song et al. 2019): layers of unscaled multi-head attention between fields, each
/// with a projected residual; a first-order term and, unless id.deep_part is without, an MLP
/// (AutoInt+). Features are [attention of all fields, deep].
class AutoInt final : public Backbone {
public:
    AutoInt(Parameters& parameters, const Initialiser& init, const std::string& prefix,
            const BackboneOptions& options)
        : heads_(options.heads), width_(options.attentionDim), dropout_(options.dropout),
          embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options) {
        std::int64_t in = options.embeddingDim;
        for (std::int64_t i = 0; i < options.attentionLayers; ++i) {
            const std::string name = prefix + "attention." + std::to_string(i) + ".";
            const auto project = [&](const char* part) {
                return Linear(parameters, init, name + part, in, width_, /*hasBias=*/false).weight;
            };
            Layer layer;
            for (const char* part : {"query", "key", "value", "residual"}) {
                layer.push_back(project(part));
            }
            layers_.push_back(layer);
            in = width_;
        }
        featureWidth_ = options.fields * width_;
        if (options.deepPart == DeepPart::With) {
            mlp_.emplace(parameters, init, prefix + "mlp", options.fields * options.embeddingDim,
                         options.hidden, options.dropout);
            featureWidth_ += mlp_->outputWidth();
        }
        head_ = Linear(parameters, init, prefix + "head", featureWidth_, 1, /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return featureWidth_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        at::Tensor x = embedded;
        for (const Layer& layer : layers_) {
            x = attend(layer, x, mode);
        }
        return mlp_ ? at::cat({x.flatten(1), (*mlp_)(embedded.flatten(1), mode)}, 1) : x.flatten(1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    using Layer = std::vector<at::Tensor>; // query, key, value and residual, [A, in] each

    /// relu(softmax(q k^T) v + r), heads side by side. [rows, F, in] -> [rows, F, A]
    at::Tensor attend(const Layer& layer, const at::Tensor& x, const ForwardMode& mode) const {
        const std::int64_t rows = x.size(0);
        const std::int64_t fields = x.size(1);
        const std::int64_t headWidth = width_ / heads_;
        // All four projections are one matrix product.
        const std::vector<at::Tensor> projected =
            at::linear(x, at::cat(layer, 0)).split(width_, /*dim=*/2);
        const auto byHead = [&](const at::Tensor& part) {
            return part.reshape({rows, fields, heads_, headWidth})
                .transpose(1, 2)
                .reshape({rows * heads_, fields, headWidth});
        };
        const at::Tensor scores =
            byHead(projected[0]).bmm(byHead(projected[1]).transpose(1, 2)); // [rows heads, F, F]
        const at::Tensor weights = dropout(at::softmax(scores, 2), dropout_, mode);
        const at::Tensor mixed = weights.bmm(byHead(projected[2]))
                                     .view({rows, heads_, fields, headWidth})
                                     .transpose(1, 2)
                                     .reshape({rows, fields, width_});
        return at::relu(mixed + projected[3]);
    }

    std::int64_t heads_;
    std::int64_t width_; // A, of all heads together
    double dropout_;
    EmbeddingTable embedding_;
    LinearTable linear_;
    std::vector<Layer> layers_;
    std::optional<Mlp> mlp_;
    Linear head_;
    at::Tensor bias_;
    std::int64_t featureWidth_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeAutoInt(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<AutoInt>(parameters, init, prefix, options);
}

Result<void> checkAutoInt(const BackboneOptions& options) {
    if (options.attentionDim % options.heads != 0) {
        return Problem{"is " + std::to_string(options.attentionDim) + ", which the " +
                           std::to_string(options.heads) +
                           " heads of id.heads do not divide; choose a multiple of " +
                           std::to_string(options.heads),
                       "id.attention_dim"};
    }
    return {};
}

} // namespace flip
