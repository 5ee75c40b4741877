#pragma once

#include "core/model/layers.h"
#include "core/spec/run_state.h"

#include <ATen/core/Generator.h>

#include <cstdint>
#include <stop_token>
#include <string>

namespace flip {

/// The dropout generator of a run: set anew for each step from seed and step number, so nothing of
/// it has to be saved. One thread.
class DropoutSource {
public:
    DropoutSource(std::uint64_t seed, at::Device device);

    /// Training mode for one step, to be broken off when a stop is asked for.
    ForwardMode forStep(RunStage stage, std::int64_t step, const std::stop_token& stop);

private:
    std::uint64_t seed_;
    at::Generator generator_;
};

} // namespace flip
