#pragma once

#include "core/model/parameters.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flip {

/// Whether a parameter is a bias or belongs to a norm: what `decay = "weights"` leaves out.
bool isBiasOrNorm(const std::string& name, const at::Tensor& parameter);

/// AdamW (Loshchilov and Hutter 2019) in one fused call a group. A parameter without a gradient is
/// left alone: no decay, no moment, no count. With decay 0 it is plain Adam. Buffers
/// are left out.
class AdamW {
public:
    struct Group {
        double learningRate = 1e-3; // of the next step, before a schedule's factor
        double weightDecay = 0;
    };

    AdamW(Parameters& parameters, std::vector<Group> groups,
          const std::function<int(const std::string& name)>& groupOf); // -1 = not trained

    std::vector<Group>& groups() { return groups_; }

    /// One step of every parameter that has a gradient, rates times `factor`.
    void step(double factor);

    /// Scales all gradients down so that their joint norm is at most `limit`; 0 = off.
    void clip(double limit);

    /// Moments and counts by name, for a checkpoint; the tensors are the live ones.
    std::map<std::string, at::Tensor> state() const;
    void restore(const std::map<std::string, at::Tensor>& state);

private:
    struct Moments {
        std::string name;
        at::Tensor parameter;
        at::Tensor mean;   // of gradients; undefined before the first one
        at::Tensor square; // of their squares
        at::Tensor count;  // steps taken, float scalar
        int group = 0;
    };

    std::vector<Group> groups_;
    std::vector<Moments> entries_;
};

} // namespace flip
