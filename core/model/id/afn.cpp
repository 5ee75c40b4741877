#include "core/model/batch_norm.h"
#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Adaptive Factorization Network (Cheng et al. 2020): logarithmic neurons, each a product of all
/// fields with learned powers, followed by an MLP with batch normalisation; plus a first-order
/// term. Features are the MLP's output.
class Afn final : public Backbone {
public:
    Afn(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : dropout_(options.dropout), embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options),
          powers_(parameters, init, prefix + "log_layer", options.fields, options.logNeurons),
          logNorm_(parameters, prefix + "log_bn.0", options.embeddingDim),
          expNorm_(parameters, prefix + "log_bn.1", options.embeddingDim) {
        std::int64_t width = options.embeddingDim * options.logNeurons;
        for (std::size_t i = 0; i < options.hidden.size(); ++i) {
            const std::string number = std::to_string(i);
            layers_.push_back(
                {Linear(parameters, init, prefix + "mlp." + number, width, options.hidden[i]),
                 BatchNorm(parameters, prefix + "mlp_bn." + number, options.hidden[i])});
            width = options.hidden[i];
        }
        width_ = width;
        head_ = Linear(parameters, init, prefix + "head", width_, 1);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids).transpose(1, 2); // [rows, E, F]
        const at::Tensor logs = logNorm_(embedded.abs().clamp_min(1e-7).log(), mode);
        const at::Tensor products = expNorm_(powers_(logs).exp(), mode); // [rows, E, neurons]
        at::Tensor x = products.flatten(1);
        for (const Layer& layer : layers_) {
            x = dropout(at::relu(layer.norm(layer.linear(x), mode)), dropout_, mode);
        }
        return x;
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    struct Layer {
        Linear linear;
        BatchNorm norm;
    };

    double dropout_;
    EmbeddingTable embedding_;
    LinearTable linear_;
    Linear powers_; // [neurons, F]
    BatchNorm logNorm_;
    BatchNorm expNorm_;
    std::vector<Layer> layers_;
    Linear head_;
    at::Tensor bias_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeAfn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Afn>(parameters, init, prefix, options);
}

} // namespace flip
