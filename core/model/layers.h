#pragma once

#include "core/model/parameters.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// Thrown out of a forward or backward pass once its stop token says so. What the pass computed is
/// worth nothing; parameters are as they were, gradients are to be cleared and running statistics
/// to be forgotten (Parameters::stepBegins).
struct PassStopped : std::exception {};

/// How a forward pass is meant: training draws dropout from the given generator, evaluation has
/// none. Passed down explicitly, so no model can be left in the wrong mode. A pass with a stop
/// token ends early, by PassStopped, when it comes to a breakpoint.
class ForwardMode {
public:
    static ForwardMode evaluation(std::stop_token stop = {}) {
        ForwardMode mode;
        mode.stop_ = std::move(stop);
        return mode;
    }
    static ForwardMode training(at::Generator dropout, std::stop_token stop = {}) {
        ForwardMode mode;
        mode.dropout_ = std::move(dropout);
        mode.stop_ = std::move(stop);
        return mode;
    }

    bool isTraining() const { return dropout_.has_value(); }
    const at::Generator& generator() const { return *dropout_; }

    /// Marks a place between long computations: here the pass, and later the backward pass on its
    /// way through `x`, looks whether it should go on.
    void breakpoint(const at::Tensor& x) const;

private:
    ForwardMode() = default;
    std::optional<at::Generator> dropout_;
    std::stop_token stop_;
};

/// Zeroes each number with the probability and scales the rest by 1 / (1 - probability); the
/// identity in evaluation.
at::Tensor dropout(const at::Tensor& x, double probability, const ForwardMode& mode);

/// y = x W^T + b; parameters NAME.weight [out, in] and NAME.bias [out].
struct Linear {
    Linear() = default;
    Linear(Parameters& parameters, const Initialiser& init, const std::string& name,
           std::int64_t in, std::int64_t out, bool hasBias = true);
    at::Tensor operator()(const at::Tensor& x) const;

    at::Tensor weight;
    at::Tensor bias; // undefined without one
};

/// Layer normalisation over the last axis; parameters NAME.weight and NAME.bias.
struct LayerNorm {
    LayerNorm() = default;
    LayerNorm(Parameters& parameters, const std::string& name, std::int64_t width, double epsilon);
    at::Tensor operator()(const at::Tensor& x) const;

    at::Tensor weight;
    at::Tensor bias;
    double epsilon = 1e-5;
};

/// Fully connected layers NAME.0, NAME.1, ..., a ReLU after each, the last included, then dropout.
struct Mlp {
    Mlp() = default;
    Mlp(Parameters& parameters, const Initialiser& init, const std::string& name, std::int64_t in,
        const std::vector<std::int64_t>& widths, double dropout);
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode) const;
    std::int64_t outputWidth() const { return width_; }

private:
    std::vector<Linear> layers_;
    double dropout_ = 0;
    std::int64_t width_ = 0;
};

} // namespace flip
