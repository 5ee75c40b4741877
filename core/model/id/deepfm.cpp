#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// DeepFM (Guo et al. 2017): a factorization machine and an MLP over the same embeddings. Features
/// are [first-order + pair term, MLP output].
class DeepFm final : public Backbone {
public:
    DeepFm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
           const BackboneOptions& options)
        : embedding_(parameters, init, prefix, options), linear_(parameters, init, prefix, options),
          mlp_(parameters, init, prefix + "mlp", options.fields * options.embeddingDim,
               options.hidden, options.dropout),
          head_(parameters, init, prefix + "head", mlp_.outputWidth(), 1, /*hasBias=*/false),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return 1 + mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        const at::Tensor shallow = linear_.sum(ids) + pairwiseProducts(embedded).sum(1);
        return at::cat({shallow.unsqueeze(1), mlp_(embedded.flatten(1), mode)}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor both = features(ids, mode);
        return both.select(1, 0) + head_(both.slice(1, 1)).squeeze(1) + bias_;
    }

private:
    EmbeddingTable embedding_;
    LinearTable linear_;
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeDeepFm(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<DeepFm>(parameters, init, prefix, options);
}

} // namespace flip
