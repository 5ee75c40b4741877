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

/// Thrown by a forward or backward pass after a stop was requested. The results of the pass are
/// invalid; parameters are unchanged. The caller must clear the gradients and discard the step's
/// running statistics (Parameters::stepBegins).
struct PassStopped : std::exception {};

/// The mode of a forward pass: training draws dropout from the given generator, evaluation has no
/// dropout. It is passed as an argument, so no model can be left in the wrong mode. With a stop
/// token, a pass throws PassStopped at the next breakpoint after a stop is requested.
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

    /// Checks for a stop between long computations, now and again when the backward pass reaches
    /// `x`.
    void breakpoint(const at::Tensor& x) const;

private:
    ForwardMode() = default;
    std::optional<at::Generator> dropout_;
    std::stop_token stop_;
};

/// Zeroes each element with this probability and scales the others by 1 / (1 - probability); the
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

/// Fully connected layers NAME.0, NAME.1, ..., each (the last too) followed by ReLU and dropout.
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
