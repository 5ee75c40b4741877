#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// DCN V2 with full matrices (Wang et al. 2021); no first-order term. Parallel: features are
/// [cross, deep]. Stacked: the MLP reads the cross layers' output, and features are the MLP's.
class DcnV2 final : public Backbone {
public:
    DcnV2(Parameters& parameters, const Initialiser& init, const std::string& prefix,
          const BackboneOptions& options)
        : stacked_(options.structure == Structure::Stacked),
          embedding_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        for (std::int64_t i = 0; i < options.crossLayers; ++i) {
            cross_.emplace_back(parameters, init, prefix + "cross." + std::to_string(i), width,
                                width);
        }
        mlp_ = Mlp(parameters, init, prefix + "mlp", width, options.hidden, options.dropout);
        width_ = mlp_.outputWidth() + (stacked_ ? 0 : width);
        head_ = Linear(parameters, init, prefix + "head", width_, 1);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor x0 = embedding_(ids).flatten(1); // [rows, D]
        at::Tensor x = x0;
        for (const Linear& layer : cross_) {
            x = at::addcmul(x, x0, layer(x));
        }
        return stacked_ ? mlp_(x, mode) : at::cat({x, mlp_(x0, mode)}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return head_(features(ids, mode)).squeeze(1);
    }

private:
    bool stacked_;
    EmbeddingTable embedding_;
    std::vector<Linear> cross_;
    Mlp mlp_;
    Linear head_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeDcnV2(Parameters& parameters, const Initialiser& init,
                                    const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<DcnV2>(parameters, init, prefix, options);
}

} // namespace flip
