#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The tensors that a model has learned, by dotted name, in order of creation, all on one device.
/// Model parts add theirs when they are made and keep handles; names are those of checkpoints.
class Parameters {
public:
    struct Entry {
        std::string name;
        at::Tensor tensor;
        bool trained = true; // false: a buffer, which has no gradient
    };

    explicit Parameters(at::Device device) : device_(device) {}
    Parameters(const Parameters&) = delete;
    Parameters& operator=(const Parameters&) = delete;

    at::Device device() const { return device_; }

    /// Takes a tensor of first values, moves it to the device, makes it require a gradient.
    at::Tensor add(std::string name, const at::Tensor& first);

    /// Takes a tensor that is filled, saved and put back like a parameter, but that no optimiser
    /// sees: running statistics.
    at::Tensor addBuffer(std::string name, const at::Tensor& first);

    /// What the passes of a step measure counts only once the step is taken; else a run that is
    /// stopped amid a step would differ from one that is not. `react` is called with true when the
    /// step was taken, with false when what has been measured since is to be forgotten.
    void onStep(std::function<void(bool taken)> react) { steps_.push_back(std::move(react)); }
    void stepBegins() const { tellStep(false); }
    void stepTaken() const { tellStep(true); }

    const std::vector<Entry>& entries() const { return entries_; }
    const at::Tensor* find(std::string_view name) const;

    /// Copies values in by name, converting number types. Names of the file that are not here are
    /// passed over; `required` names prefixes of which every parameter must be in the file.
    /// Shapes that differ are Problems. Returns how many were filled.
    Result<std::int64_t> fill(const SafetensorsFile& file, const std::string& filePrefix,
                              const std::vector<std::string>& required);

    void clearGradients();

private:
    void tellStep(bool taken) const;

    at::Device device_;
    std::vector<Entry> entries_;
    std::vector<std::function<void(bool taken)>> steps_;
};

/// Draws first values. Every tensor has a random stream of its own, from the seed and its name, so
/// a part added to a model changes the first values of no other.
class Initialiser {
public:
    explicit Initialiser(std::uint64_t seed) : seed_(seed) {}

    at::Tensor normal(const std::string& name, at::IntArrayRef shape, double deviation) const;
    at::Tensor uniform(const std::string& name, at::IntArrayRef shape, double bound) const;

    /// Normal with variance 2 / (in + out) (Glorot and Bengio 2010).
    at::Tensor xavierNormal(const std::string& name, at::IntArrayRef shape, std::int64_t in,
                            std::int64_t out) const;

private:
    std::uint64_t seed_;
};

/// Copies a file's tensor to an own tensor on the CPU, as float for every floating number type.
at::Tensor toTensor(const TensorView& view);

/// A view of a contiguous CPU tensor for writing; valid while the tensor lives.
TensorView viewOf(const at::Tensor& tensor);

} // namespace flip
