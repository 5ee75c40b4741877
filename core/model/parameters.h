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

/// A model's parameters and buffers by dotted name, in order of creation, all on one device. The
/// parts of a model add their own on construction and keep handles. The names are those in
/// checkpoints.
class Parameters {
public:
    struct Entry {
        std::string name;
        at::Tensor tensor;
        bool trained = true; // false for a buffer, which has no gradient
    };

    explicit Parameters(at::Device device) : device_(device) {}
    Parameters(const Parameters&) = delete;
    Parameters& operator=(const Parameters&) = delete;

    at::Device device() const { return device_; }

    /// Adds a parameter with these initial values: moves it to the device and makes it require a
    /// gradient.
    at::Tensor add(std::string name, const at::Tensor& first);

    /// Adds a tensor that is filled, saved and restored like a parameter but not optimised: running
    /// statistics.
    at::Tensor addBuffer(std::string name, const at::Tensor& first);

    /// Running statistics may be updated only when a step is taken, or a run that is stopped within
    /// a step would differ from one that is not. `react` is called with true after a step was
    /// taken, and with false when measurements since the last step must be discarded.
    void onStep(std::function<void(bool taken)> react) {
        stepCallbacks_.push_back(std::move(react));
    }
    void stepBegins() const { notifyStep(false); }
    void stepTaken() const { notifyStep(true); }

    const std::vector<Entry>& entries() const { return entries_; }
    const at::Tensor* find(std::string_view name) const;

    /// Copies values from a file by name, converting number types. Unknown names in the file are
    /// ignored. Every parameter whose name starts with a prefix in `required` must be in the file.
    /// A different shape is a Problem. Returns how many entries were filled.
    Result<std::int64_t> fill(const SafetensorsFile& file, const std::string& filePrefix,
                              const std::vector<std::string>& required);

    void clearGradients();

private:
    void notifyStep(bool taken) const;

    at::Device device_;
    std::vector<Entry> entries_;
    std::vector<std::function<void(bool taken)>> stepCallbacks_;
};

/// Draws initial values. Every tensor has its own random stream, from the seed and its name, so
/// adding a part to a model does not change the initial values of the others.
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

/// Copies a tensor of a file to a new tensor on the CPU; 16-bit floating types become float.
at::Tensor toTensor(const TensorView& view);

/// A view of a contiguous CPU tensor, for writing it; valid while the tensor lives.
TensorView viewOf(const at::Tensor& tensor);

} // namespace flip
