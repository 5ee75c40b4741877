#pragma once

#include <torch/torch.h>

#include <ATen/record_function.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace flip::test {

/// Looks at every operation that LibTorch runs while it lives, on any thread: the backward pass may
/// run on another.
class OperationWatch {
public:
    OperationWatch() {
        current() = this;
        handle_ = at::addGlobalCallback(
            at::RecordFunctionCallback(&OperationWatch::begin, &OperationWatch::end)
                .needsInputs(true)
                .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
    }
    virtual ~OperationWatch() {
        at::removeCallback(handle_);
        current() = nullptr;
    }
    OperationWatch(const OperationWatch&) = delete;
    OperationWatch& operator=(const OperationWatch&) = delete;

    /// What was found: the operation, after the one it is a part of -> how often.
    std::map<std::string, int> found;

    /// The same in words, for a test's message.
    std::string text() const {
        std::string all;
        for (const auto& [name, times] : found) {
            all += name + " x " + std::to_string(times) + "; ";
        }
        return all;
    }

protected:
    /// Whether an operation is what is looked for; `outer` are those it is a part of.
    virtual bool counts(const at::RecordFunction& operation,
                        const std::vector<std::string>& outer) const = 0;

    /// Whether any defined tensor among the inputs is so.
    template <class Test>
    static bool anyInput(const at::RecordFunction& operation, Test test) {
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

private:
    static OperationWatch*& current() {
        static OperationWatch* watch = nullptr;
        return watch;
    }
    static std::vector<std::string>& outer() {
        static thread_local std::vector<std::string> names;
        return names;
    }
    static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& operation) {
        if (OperationWatch* watch = current()) {
            const std::lock_guard lock(watch->mutex_);
            if (watch->counts(operation, outer())) {
                ++watch->found[(outer().empty() ? "" : outer().back() + " > ") + operation.name()];
            }
        }
        outer().emplace_back(operation.name());
        return nullptr;
    }
    static void end(const at::RecordFunction&, at::ObserverContext*) { outer().pop_back(); }

    std::mutex mutex_;
    at::CallbackHandle handle_ = 0;
};

/// Operations that read a tensor of the host, which on a device would be a copy in the midst of a
/// step. Single numbers are allowed: they travel with the operation.
class HostTensorWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>&) const override {
        return anyInput(operation, [](const at::Tensor& tensor) {
            return tensor.is_cpu() && tensor.dim() > 0;
        });
    }
};

/// Operations that a device must finish before the program can go on: each reads a number back, or
/// needs one to know the size of its result.
class ReadBackWatch final : public OperationWatch {
private:
    bool counts(const at::RecordFunction& operation,
                const std::vector<std::string>& outer) const override {
        static const std::set<std::string> kWaiting = {"aten::_local_scalar_dense",
                                                       "aten::nonzero",
                                                       "aten::masked_select",
                                                       "aten::_unique2",
                                                       "aten::unique_dim",
                                                       "aten::repeat_interleave",
                                                       "aten::equal"};
        // On a processor the optimiser reads its own count; a device's kernel leaves it there.
        const auto isFused = [](const std::string& name) {
            return name.starts_with("aten::_fused_");
        };
        return kWaiting.contains(operation.name()) && std::ranges::none_of(outer, isFused);
    }
};

} // namespace flip::test
