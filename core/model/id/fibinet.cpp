#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

/// FiBiNET (Huang et al. 2019): a squeeze-and-excitation network weights the fields, and an MLP
/// reads the bilinear products of all pairs, of the original and of the weighted embeddings; plus a
/// first-order term. Both sets of pairs share their matrices. Features are the MLP's output.
class FiBiNet final : public Backbone {
public:
    FiBiNet(Parameters& parameters, const Initialiser& init, const std::string& prefix,
            const BackboneOptions& options)
        : weights_(options.bilinear), embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options), pairs_(options.fields, parameters.device()) {
        const std::int64_t fields = options.fields;
        const std::int64_t width = options.embeddingDim;
        const std::int64_t squeezed = std::max<std::int64_t>(1, fields / options.reduction);
        squeeze_ =
            Linear(parameters, init, prefix + "senet.0", fields, squeezed, /*hasBias=*/false);
        excite_ = Linear(parameters, init, prefix + "senet.1", squeezed, fields, /*hasBias=*/false);
        const std::string name = prefix + "bilinear.weight";
        const std::int64_t matrices = weights_ == BilinearWeights::Each ? fields : pairs_.count();
        matrix_ = parameters.add(
            name, weights_ == BilinearWeights::All
                      ? init.xavierNormal(name, {width, width}, width, width)
                      : init.xavierNormal(name, {matrices, width, width}, width, width));
        mlp_ = Mlp(parameters, init, prefix + "mlp", 2 * pairs_.count() * width, options.hidden,
                   options.dropout);
        head_ = Linear(parameters, init, prefix + "head", mlp_.outputWidth(), 1,
                       /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        const at::Tensor weights =
            at::relu(excite_(at::relu(squeeze_(embedded.mean(2))))); // [rows, F]
        const at::Tensor original = bilinear(embedded);              // [P, rows, E]
        // (W a_i e_i) * (a_j e_j) = a_i a_j ((W e_i) * e_j): no second product is needed.
        const at::Tensor scale = pairs_.left(weights) * pairs_.right(weights); // [P, rows]
        const at::Tensor both = at::cat({original, original * scale.unsqueeze(2)}, 0);
        return mlp_(both.transpose(0, 1).flatten(1), mode);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    /// (W e_i) * e_j of every pair. [rows, F, E] -> [P, rows, E]
    at::Tensor bilinear(const at::Tensor& embedded) const {
        const at::Tensor right = pairs_.right(embedded);
        switch (weights_) {
        case BilinearWeights::All:
            return pairs_.left(at::linear(embedded, matrix_)) * right;
        case BilinearWeights::Each: {
            const at::Tensor projected = embedded.transpose(0, 1).bmm(matrix_.transpose(1, 2));
            return pairs_.left(projected.transpose(0, 1)) * right;
        }
        case BilinearWeights::Interaction:
            break;
        }
        return pairs_.left(embedded).bmm(matrix_.transpose(1, 2)) * right;
    }

    BilinearWeights weights_;
    EmbeddingTable embedding_;
    LinearTable linear_;
    FieldPairs pairs_;
    Linear squeeze_;
    Linear excite_;
    at::Tensor matrix_; // [E, E], [F, E, E] or [P, E, E]
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeFiBiNet(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<FiBiNet>(parameters, init, prefix, options);
}

} // namespace flip
