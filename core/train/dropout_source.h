#pragma once

#include "core/model/layers.h"
#include "core/spec/run_state.h"

#include <ATen/core/Generator.h>

#include <cstdint>
#include <stop_token>
#include <string>

namespace flip {

/// The dropout generator of a run. It is reseeded for each step from the seed and the step number,
/// so its state need not be saved. One thread.
class DropoutSource {
public:
    DropoutSource(std::uint64_t seed, at::Device device);

    /// The training mode for one step, which is aborted when a stop is requested.
    ForwardMode forStep(RunStage stage, std::int64_t step, const std::stop_token& stop);

private:
    std::uint64_t seed_;
    at::Generator generator_;
};

} // namespace flip
