// Must be compiled with NDEBUG, as LibTorch is: without it RecordFunction has one more member,
// which the objects that LibTorch creates lack.
#include "tests/core/device_watch.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <set>

namespace flip::test {

namespace {

/// The operations that this thread is running, outermost first.
std::vector<std::string>& outerOperations() {
    static thread_local std::vector<std::string> names;
    return names;
}

/// Whether the predicate holds for any defined tensor among the inputs.
template <class Test>
bool anyInput(const at::RecordFunction& operation, Test test) {
    for (const c10::IValue& input : operation.inputs()) {
        if (input.isTensor() && input.toTensor().defined() && test(input.toTensor())) {
            return true;
        }
        if (input.isTensorList()) {
            for (const at::Tensor& tensor : input.toTensorVector()) {
                if (test(tensor)) {
                    return true;
                }
            }
        }
    }
    return false;
}

} // namespace

OperationWatch::OperationWatch() {
    current() = this;
    handle_ = at::addGlobalCallback(
        at::RecordFunctionCallback(&OperationWatch::begin, &OperationWatch::end)
            .needsInputs(true)
            .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
}

OperationWatch::~OperationWatch() {
    at::removeCallback(handle_);
    current() = nullptr;
}

std::string OperationWatch::text() const {
    std::string all;
    for (const auto& [name, times] : found) {
        all += name + " x " + std::to_string(times) + "; ";
    }
    return all;
}

OperationWatch*& OperationWatch::current() {
    static OperationWatch* watch = nullptr;
    return watch;
}

std::unique_ptr<at::ObserverContext> OperationWatch::begin(const at::RecordFunction& operation) {
    std::vector<std::string>& outer = outerOperations();
    if (OperationWatch* watch = current()) {
        const std::lock_guard lock(watch->mutex_);
        if (watch->counts(operation, outer)) {
            ++watch->found[(outer.empty() ? "" : outer.back() + " > ") + operation.name()];
        }
    }
    outer.emplace_back(operation.name());
    return nullptr;
}

void OperationWatch::end(const at::RecordFunction&, at::ObserverContext*) {
    outerOperations().pop_back();
}

bool HostTensorWatch::counts(const at::RecordFunction& operation,
                             const std::vector<std::string>&) const {
    return anyInput(operation,
                    [](const at::Tensor& tensor) { return tensor.is_cpu() && tensor.dim() > 0; });
}

bool ReadBackWatch::counts(const at::RecordFunction& operation,
                           const std::vector<std::string>& outer) const {
    static const std::set<std::string> kWaiting = {"aten::_local_scalar_dense",
                                                   "aten::nonzero",
                                                   "aten::masked_select",
                                                   "aten::_unique2",
                                                   "aten::unique_dim",
                                                   "aten::repeat_interleave",
                                                   "aten::equal"};
    // On a CPU the optimiser reads its own count; on a device the kernel reads it there.
    const auto isFused = [](const std::string& name) { return name.starts_with("aten::_fused_"); };
    return kWaiting.contains(operation.name()) && std::ranges::none_of(outer, isFused);
}

} // namespace flip::test
