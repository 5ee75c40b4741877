#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

/// One layer of the compressed interaction network before its ReLU: of rows x0 [N, F] and previous
/// maps [N, M], all products prev_m x0_f mixed by weight [H, M * F] and bias [H] into [N, H]. The
/// products of all rows would take F times the memory of the other activations, so they are
/// computed for a part of the rows at a time, and again in the backward pass.
class MixProducts final : public torch::autograd::Function<MixProducts> {
public:
    using Context = torch::autograd::AutogradContext;

    static at::Tensor forward(Context* context, const at::Tensor& x0, const at::Tensor& previous,
                              const at::Tensor& weight, const at::Tensor& bias) {
        context->save_for_backward({x0, previous, weight});
        at::Tensor out = at::empty({x0.size(0), weight.size(0)}, x0.options());
        eachPart(x0, previous, [&](std::int64_t first, std::int64_t last) {
            at::Tensor part = out.slice(0, first, last);
            at::addmm_out(part, bias, products(x0, previous, first, last), weight.t());
        });
        return out;
    }

    static torch::autograd::variable_list backward(Context* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor& x0 = saved[0];
        const at::Tensor& previous = saved[1];
        const at::Tensor& weight = saved[2];
        const at::Tensor gradient = gradients[0].contiguous();
        at::Tensor toX0 = at::empty_like(x0);
        at::Tensor toPrevious = at::empty_like(previous);
        at::Tensor toWeight = at::zeros_like(weight);
        eachPart(x0, previous, [&](std::int64_t first, std::int64_t last) {
            const at::Tensor outputGradient = gradient.slice(0, first, last);
            toWeight.addmm_(outputGradient.t(), products(x0, previous, first, last));
            const at::Tensor toProducts =
                outputGradient.mm(weight).view({last - first, previous.size(1), x0.size(1)});
            toPrevious.slice(0, first, last)
                .copy_(toProducts.bmm(x0.slice(0, first, last).unsqueeze(2)).squeeze(2));
            toX0.slice(0, first, last)
                .copy_(previous.slice(0, first, last).unsqueeze(1).bmm(toProducts).squeeze(1));
        });
        return {toX0, toPrevious, toWeight, gradient.sum(0)};
    }

private:
    /// [last - first, M * F]
    static at::Tensor products(const at::Tensor& x0, const at::Tensor& previous, std::int64_t first,
                               std::int64_t last) {
        return (previous.slice(0, first, last).unsqueeze(2) * x0.slice(0, first, last).unsqueeze(1))
            .flatten(1);
    }

    template <class Visit>
    static void eachPart(const at::Tensor& x0, const at::Tensor& previous, Visit visit) {
        // Sized for the caches of a CPU; a GPU needs larger parts.
        const std::int64_t numbers = x0.is_cpu() ? (1 << 19) : (1 << 25);
        const std::int64_t rows = x0.size(0);
        const std::int64_t step =
            std::max<std::int64_t>(64, numbers / (x0.size(1) * previous.size(1)));
        for (std::int64_t first = 0; first < rows; first += step) {
            visit(first, std::min(first + step, rows));
        }
    }
};

/// xDeepFM (Lian et al. 2018): a compressed interaction network, an MLP and a first-order term.
/// Features are [maps summed over E, deep].
class XDeepFm final : public Backbone {
public:
    XDeepFm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
            const BackboneOptions& options)
        : width_(options.embeddingDim), embedding_(parameters, init, prefix, options),
          linear_(parameters, init, prefix, options),
          mlp_(parameters, init, prefix + "mlp", options.fields * options.embeddingDim,
               options.hidden, options.dropout),
          mlpHead_(parameters, init, prefix + "mlp_head", mlp_.outputWidth(), 1,
                   /*hasBias=*/false) {
        std::int64_t previous = options.fields;
        for (std::size_t i = 0; i < options.cinLayers.size(); ++i) {
            const std::int64_t maps = options.cinLayers[i];
            const bool splits =
                options.cinOutputs == CinOutputs::Half && i + 1 < options.cinLayers.size();
            layers_.push_back({Linear(parameters, init, prefix + "cin." + std::to_string(i),
                                      previous * options.fields, maps),
                               splits ? (maps + 1) / 2 : maps, splits ? (maps + 1) / 2 : 0});
            previous = layers_.back().passedOn;
            maps_ += maps - layers_.back().kept;
        }
        cinHead_ = Linear(parameters, init, prefix + "cin_head", maps_, 1, /*hasBias=*/false);
        bias_ = outputBias(parameters, prefix);
    }

    std::int64_t featureWidth() const override { return maps_ + mlp_.outputWidth(); }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        return at::cat({interactions(embedded), mlp_(embedded.flatten(1), mode)}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor both = features(ids, mode);
        return linear_.sum(ids) + cinHead_(both.slice(1, 0, maps_)).squeeze(1) +
               mlpHead_(both.slice(1, maps_)).squeeze(1) + bias_;
    }

private:
    struct Layer {
        Linear mix;            // [maps, previous * F]
        std::int64_t passedOn; // number of leading maps that the next layer reads
        std::int64_t kept;     // how many of these are not output
    };

    /// [rows, F, E] -> [rows, maps output]
    at::Tensor interactions(const at::Tensor& embedded) const {
        const std::int64_t rows = embedded.size(0);
        // Each of the E coordinates becomes a row.
        const at::Tensor x0 =
            embedded.transpose(1, 2).reshape({rows * width_, embedded.size(1)}); // [rows E, F]
        at::Tensor previous = x0;
        std::vector<at::Tensor> outputs;
        for (const Layer& layer : layers_) {
            const at::Tensor maps =
                at::relu(MixProducts::apply(x0, previous, layer.mix.weight, layer.mix.bias));
            const at::Tensor output = maps.slice(1, layer.kept);
            outputs.push_back(output.view({rows, width_, output.size(1)}).sum(1));
            previous = maps.slice(1, 0, layer.passedOn).contiguous();
        }
        return at::cat(outputs, 1);
    }

    std::int64_t width_; // E
    EmbeddingTable embedding_;
    LinearTable linear_;
    Mlp mlp_;
    Linear mlpHead_;
    std::vector<Layer> layers_;
    Linear cinHead_;
    at::Tensor bias_;
    std::int64_t maps_ = 0; // number of output maps of all layers
};

} // namespace

std::unique_ptr<Backbone> makeXDeepFm(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<XDeepFm>(parameters, init, prefix, options);
}

} // namespace flip
