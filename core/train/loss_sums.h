#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace flip {

/// The losses of one step by name, summed over its micro-batches on the device. They are read back
/// once together with the gradient norm, so a step waits for the device only once.
class LossSums {
public:
    /// Adds a scalar; an undefined tensor is ignored.
    void add(const std::string& name, const at::Tensor& loss);

    struct Totals {
        std::map<std::string, double> losses;
        double gradientNorm = 0;

        /// Whether the losses and the gradient norm are finite, so that the step may be taken.
        bool isFinite() const;
    };

    /// Reads the sums and the given norm; 0 if the norm is undefined. Waits for the device.
    Totals read(const at::Tensor& gradientNorm = {}) const;

private:
    std::map<std::string, at::Tensor> sums_;
};

bool allFinite(const std::map<std::string, double>& losses);

} // namespace flip
