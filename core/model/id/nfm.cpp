#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Neural factorization machine (He and Chua 2017): an MLP over the sum of the products of all
/// pairs, and a first-order term. Features are the MLP's output.
class Nfm final : public Backbone {
public:
    Nfm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : embedding_(parameters, init, prefix, options), linear_(parameters, init, prefix, options),
          mlp_(parameters, init, prefix + "mlp", options.embeddingDim, options.hidden,
               options.dropout),
          head_(parameters, init, prefix + "head", mlp_.outputWidth(), 1, /*hasBias=*/false),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        return mlp_(pairwiseProducts(embedding_(ids)), mode);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    EmbeddingTable embedding_;
    LinearTable linear_;
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeNfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Nfm>(parameters, init, prefix, options);
}

} // namespace flip
