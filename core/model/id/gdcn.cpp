#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Gated Deep & Cross Network (Wang et al. 2023): cross layers with full matrices and a gate in
/// each layer, x0 * (W x + b) * sigmoid(G x) + x; no first-order term. Parallel (GDCN-P): features
/// are [cross, deep]. Stacked (GDCN-S): the MLP reads the cross layers' output, and features are
/// the MLP's.
class Gdcn final : public Backbone {
public:
    Gdcn(Parameters& parameters, const Initialiser& init, const std::string& prefix,
         const BackboneOptions& options)
        : stacked_(options.structure == Structure::Stacked),
          embedding_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        for (std::int64_t i = 0; i < options.crossLayers; ++i) {
            const std::string name = prefix + "cross." + std::to_string(i);
            layers_.push_back({Linear(parameters, init, name, width, width),
                               Linear(parameters, init, name + ".gate", width, width,
                                      /*hasBias=*/false)});
        }
        mlp_ = Mlp(parameters, init, prefix + "mlp", width, options.hidden, options.dropout);
        width_ = mlp_.outputWidth() + (stacked_ ? 0 : width);
        head_ = Linear(parameters, init, prefix + "head", width_, 1);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor x0 = embedding_(ids).flatten(1); // [rows, D]
        at::Tensor x = x0;
        for (const Layer& layer : layers_) {
            x = at::addcmul(x, x0 * layer.crossing(x), at::sigmoid(layer.gate(x)));
        }
        return stacked_ ? mlp_(x, mode) : at::cat({x, mlp_(x0, mode)}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return head_(features(ids, mode)).squeeze(1);
    }

private:
    struct Layer {
        Linear crossing;
        Linear gate;
    };

    bool stacked_;
    EmbeddingTable embedding_;
    std::vector<Layer> layers_;
    Mlp mlp_;
    Linear head_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeGdcn(Parameters& parameters, const Initialiser& init,
                                   const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Gdcn>(parameters, init, prefix, options);
}

} // namespace flip
