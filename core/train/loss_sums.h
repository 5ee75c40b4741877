#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace flip {

/// What one step tells of itself: its losses, by name, summed over its parts on the device they are
/// computed on, and the norm of its gradient. One read tells them all, so a step waits for the
/// device once.
class LossSums {
public:
    /// Adds a scalar; an undefined one is passed over.
    void add(const std::string& name, const at::Tensor& loss);

    struct Told {
        std::map<std::string, double> losses;
        double gradientNorm = 0;

        /// Whether the losses and the gradient are finite, so that a step may be taken.
        bool isFinite() const;
    };

    /// The sums, and the norm that is given; an undefined one reads 0. Waits for the device.
    Told read(const at::Tensor& gradientNorm = {}) const;

private:
    std::map<std::string, at::Tensor> sums_;
};

bool allFinite(const std::map<std::string, double>& losses);

} // namespace flip
