#include "core/train/loss_sums.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace flip {

void LossSums::add(const std::string& name, const at::Tensor& loss) {
    if (loss.defined()) {
        at::Tensor& sum = sums_[name];
        sum = sum.defined() ? sum + loss.detach() : loss.detach();
    }
}

bool LossSums::Told::isFinite() const {
    return allFinite(losses) && std::isfinite(gradientNorm);
}

LossSums::Told LossSums::read(const at::Tensor& gradientNorm) const {
    std::vector<at::Tensor> values;
    for (const auto& [name, sum] : sums_) {
        values.push_back(sum);
    }
    if (gradientNorm.defined()) {
        values.push_back(gradientNorm);
    }
    Told step;
    if (values.empty()) {
        return step;
    }
    const at::Tensor told = at::stack(values).to(at::kCPU).to(at::kDouble).contiguous();
    const double* value = told.const_data_ptr<double>();
    for (const auto& [name, sum] : sums_) {
        step.losses[name] = *value++;
    }
    step.gradientNorm = gradientNorm.defined() ? *value : 0;
    return step;
}

bool allFinite(const std::map<std::string, double>& losses) {
    return std::ranges::all_of(losses, [](const auto& loss) { return std::isfinite(loss.second); });
}

} // namespace flip
