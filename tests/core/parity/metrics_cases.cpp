#include "tests/core/parity/parity_case.h"

#include "core/eval/metrics.h"

#include <torch/torch.h>

namespace flip::parity {

void runMetrics(ParityCase& reference) {
    const at::Tensor labels = reference.input("label").to(at::kByte).contiguous();
    const auto rows = static_cast<std::size_t>(labels.numel());
    const std::span<const std::uint8_t> truth(labels.const_data_ptr<std::uint8_t>(), rows);
    const auto scores = [&](const char* name) {
        const at::Tensor tensor = reference.input(name).to(at::kDouble).contiguous();
        const double* data = tensor.const_data_ptr<double>();
        return std::vector<double>(data, data + rows);
    };
    const auto scalar = [](double value) { return at::full({1}, value, at::kDouble); };
    const std::vector<double> a = scores("score_a");
    reference.compare("auc", scalar(areaUnderCurve(a, truth).value()));
    reference.compare("auc_b", scalar(areaUnderCurve(scores("score_b"), truth).value()));
    reference.compare("logloss", scalar(logLoss(a, truth)));
}

} // namespace flip::parity
