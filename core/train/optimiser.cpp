#include "core/train/optimiser.h"

#include "core/model/id/backbone.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

bool isBiasOrNorm(const std::string& name, const at::Tensor& parameter) {
    return parameter.dim() <= 1 || name.find("norm.") != std::string::npos;
}

Optimiser::Optimiser(Parameters& parameters, std::vector<Group> groups,
                     const std::function<int(const std::string& name)>& groupOf)
    : groups_(std::move(groups)) {
    for (const Parameters::Entry& parameter : parameters.entries()) {
        if (!parameter.trained) {
            continue;
        }
        const int group = groupOf(parameter.name);
        if (group >= 0) {
            entries_.push_back(
                {parameter.name, parameter.tensor, {}, {}, {}, group, false, nullptr});
        }
    }
}

void Optimiser::markTables(const RowTables& tables) {
    for (Moments& entry : entries_) {
        entry.isTable |= std::ranges::any_of(
            tables, [&](const auto& table) { return table->name() == entry.name; });
    }
}

void Optimiser::updateByRow(const RowTables& tables, double l2) {
    markTables(tables);
    for (const auto& table : tables) {
        const auto entry = std::ranges::find(entries_, table->name(), &Moments::name);
        if (entry != entries_.end()) {
            const auto backend = entry->parameter.device().is_cpu()
                                     ? LazyRowUpdates::Backend::Kernels
                                     : LazyRowUpdates::Backend::Operators;
            const UpdateRule rule = groups_.at(static_cast<std::size_t>(entry->group)).rule;
            entry->rows = std::make_shared<LazyRowUpdates>(
                table, rule, isIdTable(table->name()) ? l2 : 0, backend);
        }
    }
}

void Optimiser::gatherRows() {
    for (const Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->gather();
        }
    }
}

void Optimiser::releaseRows() {
    for (const Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->release();
        }
    }
}

void Optimiser::catchUpAllRows() {
    for (const Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->catchUpAllRows();
        }
    }
}

double Optimiser::tableSquares() const {
    double sum = 0;
    for (const Moments& entry : entries_) {
        sum += entry.rows ? entry.rows->squares() : 0.0;
    }
    return sum;
}

void Optimiser::recountSquares() {
    for (const Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->recount();
        }
    }
}

void Optimiser::step(double factor) {
    const at::NoGradGuard noGradient;
    for (std::size_t group = 0; group < groups_.size(); ++group) {
        stepGroup(group, factor);
    }
}

void Optimiser::stepGroup(std::size_t group, double factor) {
    const double rate = groups_[group].learningRate * factor;
    const double decay = groups_[group].weightDecay;
    const bool adam = groups_[group].rule == UpdateRule::AdamW;
    std::vector<at::Tensor> values, gradients, means, squares, counts;
    for (Moments& entry : entries_) {
        const at::Tensor gradient = entry.gradient();
        if (entry.group != static_cast<int>(group) || !gradient.defined()) {
            continue;
        }
        if (entry.rows) {
            entry.rows->step(rate, decay);
            continue;
        }
        if (!entry.square.defined()) {
            entry.mean = adam ? at::zeros_like(entry.parameter) : at::Tensor();
            entry.square = at::zeros_like(entry.parameter);
            entry.count = at::zeros({}, entry.parameter.options().requires_grad(false));
        }
        entry.count.add_(1);
        values.push_back(entry.parameter);
        gradients.push_back(gradient);
        means.push_back(entry.mean);
        squares.push_back(entry.square);
        counts.push_back(entry.count);
    }
    if (values.empty()) {
        return;
    }
    if (adam) {
        at::_fused_adamw_(values, gradients, means, squares, /*max_exp_avg_sqs=*/{}, counts, rate,
                          kAdamBeta1, kAdamBeta2, decay, kAdamEpsilon, /*amsgrad=*/false,
                          /*maximize=*/false);
    } else {
        at::_fused_adagrad_(values, gradients, squares, counts, rate, /*lr_decay=*/0.0, decay,
                            kAdagradEpsilon, /*maximize=*/false);
    }
}

at::Tensor Optimiser::gradientNorm() const {
    const at::NoGradGuard noGradient;
    std::vector<at::Tensor> plain, norms;
    for (const Moments& entry : entries_) {
        const at::Tensor gradient = entry.gradient();
        if (!gradient.defined()) {
            continue;
        }
        if (entry.isTable) {
            // Summed in 64 bits, the norm does not depend on zeros or on the order of rows: it is
            // the same for a whole table and for the gathered rows of a step.
            norms.push_back(at::linalg_vector_norm(gradient, 2, c10::nullopt, false, at::kDouble)
                                .to(at::kFloat));
        } else {
            plain.push_back(gradient);
        }
    }
    if (!plain.empty()) {
        for (const at::Tensor& norm : at::_foreach_norm(plain, 2)) {
            norms.push_back(norm);
        }
    }
    return norms.empty() ? at::Tensor() : at::stack(norms).norm();
}

void Optimiser::clip(double limit, const at::Tensor& norm) {
    if (limit <= 0 || !norm.defined()) {
        return;
    }
    const at::NoGradGuard noGradient;
    std::vector<at::Tensor> gradients;
    for (const Moments& entry : entries_) {
        const at::Tensor gradient = entry.gradient();
        if (gradient.defined()) {
            gradients.push_back(gradient);
        }
    }
    // The factor stays a tensor, so that this does not wait for the device.
    at::_foreach_mul_(gradients, (limit / (norm + 1e-6)).clamp_max(1.0));
}

std::map<std::string, at::Tensor> Optimiser::state() {
    std::map<std::string, at::Tensor> state;
    for (const Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->save(state);
        } else if (entry.square.defined()) {
            if (entry.mean.defined()) {
                state["mean/" + entry.name] = entry.mean;
            }
            state["square/" + entry.name] = entry.square;
            state["count/" + entry.name] = entry.count;
        }
    }
    return state;
}

void Optimiser::restore(const std::map<std::string, at::Tensor>& state) {
    for (Moments& entry : entries_) {
        if (entry.rows) {
            entry.rows->restore(state);
            continue;
        }
        const auto take = [&](const char* kind) {
            const auto found = state.find(kind + entry.name);
            return found == state.end()
                       ? at::Tensor()
                       : found->second.to(entry.parameter.device(), /*non_blocking=*/false,
                                          /*copy=*/true);
        };
        entry.mean = take("mean/");
        entry.square = take("square/");
        entry.count = take("count/");
    }
}

} // namespace flip
