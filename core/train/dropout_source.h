#pragma once

#include "core/model/layers.h"

#include <ATen/core/Generator.h>

#include <cstdint>

namespace flip {

/// The dropout generator of a run: set anew for each step from seed and step number, so nothing of
/// it has to be saved. One thread.
class DropoutSource {
public:
    DropoutSource(std::uint64_t seed, at::Device device);

    /// Training mode for one step.
    ForwardMode forStep(const std::string& stage, std::int64_t step);

private:
    std::uint64_t seed_;
    at::Generator generator_;
};

} // namespace flip
