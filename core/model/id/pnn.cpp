#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Product-based neural network (Qu et al. 2016): an MLP over the embeddings and their products:
/// inner products of all pairs (IPNN), the outer product of the sum of the fields with itself
/// (OPNN, section III-B), or both; no first-order term. Features are the MLP's output.
class Pnn final : public Backbone {
public:
    Pnn(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : inner_(options.product != PairProduct::Outer),
          outer_(options.product != PairProduct::Inner),
          embedding_(parameters, init, prefix, options),
          pairs_(options.fields, parameters.device()),
          coordinates_(at::triu_indices(options.embeddingDim, options.embeddingDim, /*offset=*/0,
                                        at::TensorOptions(at::kLong).device(parameters.device()))) {
        const std::int64_t width = options.fields * options.embeddingDim +
                                   (inner_ ? pairs_.count() : 0) +
                                   (outer_ ? coordinates_.size(1) : 0);
        mlp_ = Mlp(parameters, init, prefix + "mlp", width, options.hidden, options.dropout);
        head_ = Linear(parameters, init, prefix + "head", mlp_.outputWidth(), 1,
                       /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        std::vector<at::Tensor> parts = {embedded.flatten(1)};
        if (inner_) {
            parts.push_back(pairs_.upperTriangle(embedded.bmm(embedded.transpose(1, 2))));
        }
        if (outer_) {
            // The outer product of a vector with itself is symmetric, so one half is enough.
            const at::Tensor sum = embedded.sum(1);
            parts.push_back(sum.index_select(1, coordinates_[0]) *
                            sum.index_select(1, coordinates_[1]));
        }
        return mlp_(at::cat(parts, 1), mode);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    bool inner_;
    bool outer_;
    EmbeddingTable embedding_;
    FieldPairs pairs_;
    at::Tensor coordinates_; // [2, E (E + 1) / 2], pairs a <= b of coordinates
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makePnn(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Pnn>(parameters, init, prefix, options);
}

} // namespace flip
