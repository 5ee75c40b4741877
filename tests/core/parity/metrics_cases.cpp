#include "tests/core/parity/parity_case.h"

#include "core/eval/calibration.h"
#include "core/eval/delong.h"
#include "core/eval/grouped.h"
#include "core/eval/metrics.h"

#include <torch/types.h>

namespace flip::parity {

namespace {

template <class T>
std::vector<T> column(const ParityCase& reference, const std::string& name, at::ScalarType type) {
    const at::Tensor tensor = reference.input(name).to(type).contiguous();
    const T* data = tensor.const_data_ptr<T>();
    return std::vector<T>(data, data + tensor.numel());
}

} // namespace

/// Compares every expected value; one that is not computed here is a failure.
void runMetrics(ParityCase& reference) {
    const auto labels = column<std::uint8_t>(reference, "label", at::kByte);
    const auto a = column<double>(reference, "score_a", at::kDouble);
    const auto b = column<double>(reference, "score_b", at::kDouble);
    const auto bins = reference.hyper().at("ece_bins").get<std::size_t>();
    std::map<std::string, double> computed{
        {"auc", areaUnderCurve(a, labels).value()},
        {"auc_b", areaUnderCurve(b, labels).value()},
        {"logloss", logLoss(a, labels)},
        {"ece" + std::to_string(bins), equalWidthCalibration(a, labels, bins).error.value()},
    };
    const auto users = column<std::int32_t>(reference, "user", at::kInt);
    const GroupedAuc gauc =
        groupedAuc(a, labels, RowGroups(std::vector<std::uint32_t>(users.begin(), users.end())));
    computed["gauc"] = gauc.auc.value();
    computed["gauc_groups"] = static_cast<double>(gauc.groupsUsed);
    computed["gauc_rows"] = static_cast<double>(gauc.rowsUsed);
    const PairedAucTest test = pairedAucTest(a, b, labels).value();
    computed["delong.var_a"] = test.varianceOfFirst;
    computed["delong.var_b"] = test.varianceOfSecond;
    computed["delong.cov"] = test.covariance;
    computed["delong.var_difference"] = test.varianceOfDifference;
    computed["delong.z"] = test.z.value();
    computed["delong.p_two_sided"] = test.p.value();
    for (const auto& [name, tensor] : reference.expected().tensors()) {
        const auto value = computed.find(name);
        reference.check(value != computed.end(), "expected value " + name + " is computed");
        if (value != computed.end()) {
            reference.compare(name, at::full({1}, value->second, at::kDouble));
        }
    }
}

} // namespace flip::parity
