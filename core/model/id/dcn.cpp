#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Deep & Cross Network (Wang et al. 2017): cross layers with one weight vector each, an MLP and a
/// first-order term. Features are [deep, cross].
class Dcn final : public Backbone {
public:
    Dcn(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        for (std::int64_t i = 0; i < options.crossLayers; ++i) {
            const std::string name = prefix + "cross." + std::to_string(i) + ".";
            Layer layer;
            layer.kernel = parameters.add(name + "kernel",
                                          init.xavierNormal(name + "kernel", {width}, width, 1));
            layer.bias = parameters.add(name + "bias", at::zeros({width}, at::kFloat));
            layers_.push_back(layer);
        }
        mlp_ = Mlp(parameters, init, prefix + "mlp", width, options.hidden, options.dropout);
        width_ = mlp_.outputWidth() + width;
        head_ = Linear(parameters, init, prefix + "head", width_, 1, /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor x0 = embedding_(ids).flatten(1); // [rows, D]
        at::Tensor x = x0;
        for (const Layer& layer : layers_) {
            x = at::addcmul(x + layer.bias, x0, at::matmul(x, layer.kernel).unsqueeze(1));
        }
        return at::cat({mlp_(x0, mode), x}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    struct Layer {
        at::Tensor kernel; // [D]
        at::Tensor bias;   // [D]
    };

    EmbeddingTable embedding_;
    LinearTable linear_;
    std::vector<Layer> layers_;
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeDcn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Dcn>(parameters, init, prefix, options);
}

} // namespace flip
