#include "core/model/layers.h"

#include <torch/types.h>

namespace flip {

void ForwardMode::breakpoint(const at::Tensor& x) const {
    if (!stop_.stop_possible()) {
        return;
    }
    if (stop_.stop_requested()) {
        throw PassStopped{};
    }
    if (x.requires_grad()) {
        x.register_hook([stop = stop_](const at::Tensor&) {
            if (stop.stop_requested()) {
                throw PassStopped{};
            }
        });
    }
}

at::Tensor dropout(const at::Tensor& x, double probability, const ForwardMode& mode) {
    if (!mode.isTraining() || probability <= 0.0) {
        return x;
    }
    const double keep = 1.0 - probability;
    return x * at::empty_like(x).bernoulli_(keep, mode.generator()).div_(keep);
}

Linear::Linear(Parameters& parameters, const Initialiser& init, const std::string& name,
               std::int64_t in, std::int64_t out, bool hasBias) {
    weight =
        parameters.add(name + ".weight", init.xavierNormal(name + ".weight", {out, in}, in, out));
    if (hasBias) {
        bias = parameters.add(name + ".bias", at::zeros({out}, at::kFloat));
    }
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
    return at::linear(x, weight, bias);
}

LayerNorm::LayerNorm(Parameters& parameters, const std::string& name, std::int64_t width,
                     double normEpsilon)
    : weight(parameters.add(name + ".weight", at::ones({width}, at::kFloat))),
      bias(parameters.add(name + ".bias", at::zeros({width}, at::kFloat))), epsilon(normEpsilon) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

Mlp::Mlp(Parameters& parameters, const Initialiser& init, const std::string& name, std::int64_t in,
         const std::vector<std::int64_t>& widths, double dropout)
    : dropout_(dropout), width_(in) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
        layers_.emplace_back(parameters, init, name + "." + std::to_string(i), width_, widths[i]);
        width_ = widths[i];
    }
}

at::Tensor Mlp::operator()(const at::Tensor& x, const ForwardMode& mode) const {
    at::Tensor hidden = x;
    for (const Linear& layer : layers_) {
        hidden = dropout(at::relu(layer(hidden)), dropout_, mode);
    }
    return hidden;
}

} // namespace flip
