#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace flip {

/// The losses of one step, by name, summed over its parts on the device they are computed on. One
/// read tells them all, so a step waits for the device once.
class LossSums {
public:
    /// Adds a scalar; an undefined one is passed over.
    void add(const std::string& name, const at::Tensor& loss);

    /// The sums. Waits for the device.
    std::map<std::string, double> read() const;

private:
    std::map<std::string, at::Tensor> sums_;
};

bool allFinite(const std::map<std::string, double>& losses);

} // namespace flip
