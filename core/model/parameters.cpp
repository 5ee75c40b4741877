#include "core/model/parameters.h"

#include "core/base/random_stream.h"

#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace flip {

namespace {

at::ScalarType scalarType(NumberType type) {
    switch (type) {
    case NumberType::F64:
        return at::kDouble;
    case NumberType::F32:
        return at::kFloat;
    case NumberType::F16:
        return at::kHalf;
    case NumberType::BF16:
        return at::kBFloat16;
    case NumberType::I64:
        return at::kLong;
    case NumberType::I32:
        return at::kInt;
    case NumberType::I16:
        return at::kShort;
    case NumberType::I8:
        return at::kChar;
    case NumberType::U8:
        return at::kByte;
    case NumberType::Bool:
        return at::kBool;
    }
    TORCH_CHECK(false, "unknown number type");
}

NumberType numberType(at::ScalarType type) {
    switch (type) {
    case at::kDouble:
        return NumberType::F64;
    case at::kFloat:
        return NumberType::F32;
    case at::kHalf:
        return NumberType::F16;
    case at::kBFloat16:
        return NumberType::BF16;
    case at::kLong:
        return NumberType::I64;
    case at::kInt:
        return NumberType::I32;
    case at::kShort:
        return NumberType::I16;
    case at::kChar:
        return NumberType::I8;
    case at::kByte:
        return NumberType::U8;
    case at::kBool:
        return NumberType::Bool;
    default:
        TORCH_CHECK(false, "a tensor of this number type cannot be written");
    }
}

std::string shapeText(at::IntArrayRef shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    }
    return text + "]";
}

} // namespace

at::Tensor Parameters::add(std::string name, const at::Tensor& first) {
    at::Tensor tensor = addBuffer(std::move(name), first);
    tensor.set_requires_grad(true);
    entries_.back().trained = true;
    return tensor;
}

at::Tensor Parameters::addBuffer(std::string name, const at::Tensor& first) {
    TORCH_CHECK(find(name) == nullptr, "two parameters are named ", name);
    at::Tensor tensor = first.detach().to(device_).contiguous();
    entries_.push_back({std::move(name), tensor, /*trained=*/false});
    return tensor;
}

void Parameters::notifyStep(bool taken) const {
    for (const auto& react : stepCallbacks_) {
        react(taken);
    }
}

const at::Tensor* Parameters::find(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.name == name; });
    return found == entries_.end() ? nullptr : &found->tensor;
}

Result<std::int64_t> Parameters::fill(const SafetensorsFile& file, const std::string& filePrefix,
                                      const std::vector<std::string>& required) {
    const at::NoGradGuard noGradient;
    std::int64_t filled = 0;
    for (Entry& entry : entries_) {
        const TensorView* view = file.find(filePrefix + entry.name);
        if (view == nullptr) {
            const bool needed =
                std::any_of(required.begin(), required.end(), [&](const std::string& prefix) {
                    return entry.name.starts_with(prefix);
                });
            if (needed) {
                return Problem{"the tensor '" + entry.name +
                                   "' is missing; these are not the "
                                   "weights of this model",
                               file.path().string()};
            }
            continue;
        }
        if (at::IntArrayRef(view->shape) != entry.tensor.sizes()) {
            return Problem{"the tensor '" + entry.name + "' has the shape " +
                               shapeText(view->shape) + " where the model has " +
                               shapeText(entry.tensor.sizes()) +
                               "; use the sizes that the weights were made with",
                           file.path().string()};
        }
        entry.tensor.copy_(toTensor(*view));
        ++filled;
    }
    return filled;
}

void Parameters::clearGradients() {
    for (Entry& entry : entries_) {
        entry.tensor.mutable_grad().reset();
    }
}

at::Tensor Initialiser::normal(const std::string& name, at::IntArrayRef shape,
                               double deviation) const {
    RandomStream stream(seed_, "init/" + name);
    auto generator = at::make_generator<at::CPUGeneratorImpl>(stream.next());
    return at::empty(shape, at::kFloat).normal_(0.0, deviation, generator);
}

at::Tensor Initialiser::uniform(const std::string& name, at::IntArrayRef shape,
                                double bound) const {
    RandomStream stream(seed_, "init/" + name);
    auto generator = at::make_generator<at::CPUGeneratorImpl>(stream.next());
    return at::empty(shape, at::kFloat).uniform_(-bound, bound, generator);
}

at::Tensor Initialiser::xavierNormal(const std::string& name, at::IntArrayRef shape,
                                     std::int64_t in, std::int64_t out) const {
    return normal(name, shape, std::sqrt(2.0 / static_cast<double>(in + out)));
}

at::Tensor toTensor(const TensorView& view) {
    at::Tensor tensor = at::empty(view.shape, scalarType(view.type));
    TORCH_CHECK(tensor.nbytes() == view.bytes.size());
    if (!view.bytes.empty()) {
        std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
    }
    return tensor.is_floating_point() && view.type != NumberType::F64 ? tensor.to(at::kFloat)
                                                                      : tensor;
}

TensorView viewOf(const at::Tensor& tensor) {
    TORCH_CHECK(tensor.device().is_cpu() && tensor.is_contiguous());
    return TensorView{
        numberType(tensor.scalar_type()), tensor.sizes().vec(),
        std::string_view(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes())};
}

} // namespace flip
