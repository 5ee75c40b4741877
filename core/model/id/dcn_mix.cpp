#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// DCN-Mix (Wang et al. 2021, section 3.2): cross layers of low-rank experts with a shared gate, an
/// MLP and a first-order term. Features are [cross, deep].
class DcnMix final : public Backbone {
public:
    DcnMix(Parameters& parameters, const Initialiser& init, const std::string& prefix,
           const BackboneOptions& options)
        : embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        const std::int64_t experts = options.experts;
        const std::int64_t rank = options.rank;
        for (std::int64_t i = 0; i < options.crossLayers; ++i) {
            const std::string name = prefix + "cross." + std::to_string(i) + ".";
            const auto matrices = [&](const std::string& part, std::int64_t in, std::int64_t out) {
                return parameters.add(name + part,
                                      init.xavierNormal(name + part, {experts, in, out}, in, out));
            };
            Layer layer;
            layer.in = matrices("expert_in", width, rank);
            layer.middle = matrices("expert_mid", rank, rank);
            layer.out = matrices("expert_out", width, rank);
            layer.bias = parameters.add(name + "bias", at::zeros({width}, at::kFloat));
            layers_.push_back(layer);
        }
        gate_ = Linear(parameters, init, prefix + "cross.gate", width, experts,
                       /*hasBias=*/false);
        mlp_ = Mlp(parameters, init, prefix + "mlp", width, options.hidden, options.dropout);
        width_ = width + mlp_.outputWidth();
        head_ = Linear(parameters, init, prefix + "head", width_, 1, /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor x0 = embedding_(ids).flatten(1); // [rows, D]
        at::Tensor x = x0;
        for (const Layer& layer : layers_) {
            x = x + cross(layer, x0, x);
        }
        return at::cat({x, mlp_(x0, mode)}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return linear_.sum(ids) + head_(features(ids, mode)).squeeze(1) + bias_;
    }

private:
    struct Layer {
        at::Tensor in;     // [experts, D, rank]
        at::Tensor middle; // [experts, rank, rank]
        at::Tensor out;    // [experts, D, rank]
        at::Tensor bias;   // [D]
    };

    /// sum over experts of gate_e x0 * (U_e tanh(C_e tanh(V_e^T x)) + b)
    at::Tensor cross(const Layer& layer, const at::Tensor& x0, const at::Tensor& x) const {
        const std::int64_t rows = x.size(0);
        const std::int64_t width = x.size(1);
        const std::int64_t experts = layer.in.size(0);
        const std::int64_t rank = layer.in.size(2);
        // All experts' first projections are one matrix product: [rows, experts * rank].
        const at::Tensor first =
            at::tanh(x.matmul(layer.in.permute({1, 0, 2}).reshape({width, experts * rank})));
        const at::Tensor narrow =
            first.view({rows, experts, rank}).transpose(0, 1); // [experts, rows, rank]
        const at::Tensor second = at::tanh(narrow.bmm(layer.middle.transpose(1, 2)));
        const at::Tensor gate = at::softmax(gate_(x), 1); // [rows, experts]
        // The gates sum to 1, so the bias shared by the experts can be added after mixing, and the
        // gate can scale the vectors of width `rank` before one product projects all experts back
        // to width D.
        const at::Tensor gated = second.transpose(0, 1) * gate.unsqueeze(2);
        const at::Tensor mixed =
            gated.reshape({rows, experts * rank})
                .matmul(layer.out.transpose(1, 2).reshape({experts * rank, width}));
        return x0 * (mixed + layer.bias);
    }

    EmbeddingTable embedding_;
    LinearTable linear_;
    std::vector<Layer> layers_;
    Linear gate_;
    Mlp mlp_;
    Linear head_;
    at::Tensor bias_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeDcnMix(Parameters& parameters, const Initialiser& init,
                                     const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<DcnMix>(parameters, init, prefix, options);
}

} // namespace flip
