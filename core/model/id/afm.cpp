#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Attentional factorization machine (Xiao et al. 2017): an attention network weights the product
/// of each pair. Features are [first-order sum, weighted sum of the products].
class Afm final : public Backbone {
public:
    Afm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : width_(options.embeddingDim), dropout_(options.dropout),
          embedding_(parameters, init, prefix, options), linear_(parameters, init, prefix, options),
          pairs_(options.fields, parameters.device()),
          attention_(parameters, init, prefix + "attention", width_, options.attentionDim),
          score_(
              parameters.add(prefix + "attention.score",
                             init.xavierNormal(prefix + "attention.score", {options.attentionDim},
                                               options.attentionDim, 1))),
          pool_(parameters.add(prefix + "pool.weight",
                               init.xavierNormal(prefix + "pool.weight", {width_}, width_, 1))),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return 1 + width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids);
        const at::Tensor products = pairs_.left(embedded) * pairs_.right(embedded); // [P, rows, E]
        const at::Tensor scores = at::matmul(at::relu(attention_(products)), score_);
        const at::Tensor weights = at::softmax(scores, 0).unsqueeze(2); // over pairs
        const at::Tensor pooled = dropout((weights * products).sum(0), dropout_, mode);
        return at::cat({linear_.sum(ids).unsqueeze(1), pooled}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor both = features(ids, mode);
        return both.select(1, 0) + at::matmul(both.slice(1, 1), pool_) + bias_;
    }

private:
    std::int64_t width_; // E
    double dropout_;
    EmbeddingTable embedding_;
    LinearTable linear_;
    FieldPairs pairs_;
    Linear attention_; // [A, E]
    at::Tensor score_; // [A]
    at::Tensor pool_;  // [E]
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeAfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Afm>(parameters, init, prefix, options);
}

} // namespace flip
