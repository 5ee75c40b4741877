#pragma once

#include <torch/types.h>

#include <torch/library.h>

namespace flip::test {

/// For some operations, LibTorch computes the result shapes on the meta device only in Python. This
/// kernel runs the operation on zeros on the CPU and keeps only the shapes of the results.
inline void onZeros(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
    const at::DisableRecordFunctionGuard unseen;
    const at::AutoDispatchBelowADInplaceOrView below;
    const c10::FunctionSchema& schema = operation.schema();
    const std::size_t count = schema.arguments().size();
    const std::size_t first = stack->size() - count;
    const c10::IValue target = (*stack)[first];
    const auto toZeros = [](const at::Tensor& tensor) {
        return tensor.defined() && tensor.is_meta()
                   ? at::empty_strided(tensor.sizes(), tensor.strides(),
                                       tensor.options().device(at::kCPU))
                         .zero_()
                   : tensor;
    };
    for (std::size_t i = first; i < stack->size(); ++i) {
        c10::IValue& value = (*stack)[i];
        if (value.isTensor()) {
            value = toZeros(value.toTensor());
        } else if (value.isTensorList()) {
            c10::List<at::Tensor> zeros;
            for (const at::Tensor& tensor : value.toTensorVector()) {
                zeros.push_back(toZeros(tensor));
            }
            value = zeros;
        } else if (value.isDevice()) {
            value = at::Device(at::kCPU);
        }
    }
    operation.callBoxed(stack);
    const bool inPlace = !schema.arguments().empty() &&
                         schema.arguments()[0].alias_info() != nullptr &&
                         schema.arguments()[0].alias_info()->isWrite();
    for (c10::IValue& value : *stack) {
        if (value.isTensor() && value.toTensor().defined()) {
            const at::Tensor& tensor = value.toTensor();
            value = inPlace ? target
                            : c10::IValue(at::empty_strided(tensor.sizes(), tensor.strides(),
                                                            tensor.options().device(at::kMeta)));
        }
    }
}

} // namespace flip::test
