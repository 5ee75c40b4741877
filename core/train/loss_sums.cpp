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

bool LossSums::Totals::isFinite() const {
    return allFinite(losses) && std::isfinite(gradientNorm);
}

LossSums::Totals LossSums::read(const at::Tensor& gradientNorm) const {
    std::vector<at::Tensor> values;
    for (const auto& [name, sum] : sums_) {
        values.push_back(sum);
    }
    if (gradientNorm.defined()) {
        values.push_back(gradientNorm);
    }
    Totals totals;
    if (values.empty()) {
        return totals;
    }
    const at::Tensor numbers = at::stack(values).to(at::kCPU).to(at::kDouble).contiguous();
    const double* value = numbers.const_data_ptr<double>();
    for (const auto& [name, sum] : sums_) {
        totals.losses[name] = *value++;
    }
    totals.gradientNorm = gradientNorm.defined() ? *value : 0;
    return totals;
}

bool allFinite(const std::map<std::string, double>& losses) {
    return std::ranges::all_of(losses, [](const auto& loss) { return std::isfinite(loss.second); });
}

} // namespace flip
