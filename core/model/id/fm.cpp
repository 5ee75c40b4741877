#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Factorization machine (Rendle 2010): first-order weights and inner products of all pairs.
/// Features are [first-order sum, pair products before their sum].
class Fm final : public Backbone {
public:
    Fm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
       const BackboneOptions& options)
        : width_(1 + options.embeddingDim), embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options), bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode&) const override {
        return at::cat({linear_.sum(ids).unsqueeze(1), pairwiseProducts(embedding_(ids))}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return features(ids, mode).sum(1) + bias_;
    }

private:
    std::int64_t width_;
    EmbeddingTable embedding_;
    LinearTable linear_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeFm(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Fm>(parameters, init, prefix, options);
}

} // namespace flip
