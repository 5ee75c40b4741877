#include "core/train/optimiser.h"

#include <torch/torch.h>

namespace flip {

namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

} // namespace

bool isBiasOrNorm(const std::string& name, const at::Tensor& parameter) {
    return parameter.dim() <= 1 || name.find("norm.") != std::string::npos;
}

AdamW::AdamW(Parameters& parameters, std::vector<Group> groups,
             const std::function<int(const std::string& name)>& groupOf)
    : groups_(std::move(groups)) {
    for (const Parameters::Entry& parameter : parameters.entries()) {
        if (!parameter.trained) {
            continue;
        }
        const int group = groupOf(parameter.name);
        if (group >= 0) {
            entries_.push_back({parameter.name, parameter.tensor, {}, {}, {}, group});
        }
    }
}

void AdamW::step(double factor) {
    const at::NoGradGuard noGradient;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        std::vector<at::Tensor> values, gradients, means, squares, counts;
        for (Moments& entry : entries_) {
            if (entry.group != static_cast<int>(g) || !entry.parameter.grad().defined()) {
                continue;
            }
            if (!entry.mean.defined()) {
                entry.mean = at::zeros_like(entry.parameter);
                entry.square = at::zeros_like(entry.parameter);
                entry.count = at::zeros({}, entry.parameter.options().requires_grad(false));
            }
            entry.count.add_(1);
            values.push_back(entry.parameter);
            gradients.push_back(entry.parameter.grad());
            means.push_back(entry.mean);
            squares.push_back(entry.square);
            counts.push_back(entry.count);
        }
        if (!values.empty()) {
            at::_fused_adamw_(values, gradients, means, squares, /*max_exp_avg_sqs=*/{}, counts,
                              groups_[g].learningRate * factor, kBeta1, kBeta2,
                              groups_[g].weightDecay, kEpsilon, /*amsgrad=*/false,
                              /*maximize=*/false);
        }
    }
}

void AdamW::clip(double limit) {
    if (limit <= 0) {
        return;
    }
    const at::NoGradGuard noGradient;
    std::vector<at::Tensor> gradients;
    for (const Moments& entry : entries_) {
        if (entry.parameter.grad().defined()) {
            gradients.push_back(entry.parameter.grad());
        }
    }
    if (gradients.empty()) {
        return;
    }
    const at::Tensor norm = at::stack(at::_foreach_norm(gradients, 2)).norm();
    // The factor stays a tensor, so a device need not be waited for.
    at::_foreach_mul_(gradients, (limit / (norm + 1e-6)).clamp_max(1.0));
}

std::map<std::string, at::Tensor> AdamW::state() const {
    std::map<std::string, at::Tensor> state;
    for (const Moments& entry : entries_) {
        if (entry.mean.defined()) {
            state["mean/" + entry.name] = entry.mean;
            state["square/" + entry.name] = entry.square;
            state["count/" + entry.name] = entry.count;
        }
    }
    return state;
}

void AdamW::restore(const std::map<std::string, at::Tensor>& state) {
    for (Moments& entry : entries_) {
        const auto mean = state.find("mean/" + entry.name);
        if (mean == state.end()) {
            entry.mean = entry.square = entry.count = at::Tensor();
            continue;
        }
        const auto device = entry.parameter.device();
        entry.mean = mean->second.to(device, /*non_blocking=*/false, /*copy=*/true);
        entry.square = state.at("square/" + entry.name).to(device, false, true);
        entry.count = state.at("count/" + entry.name).to(device, false, true);
    }
}

} // namespace flip
