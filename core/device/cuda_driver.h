#pragma once

#include "core/device/devices.h"

#include <string>
#include <vector>

namespace flip {

/// What the NVIDIA driver says, asked without LibTorch and without CUDA's own libraries.
struct CudaDriver {
    std::string problem; // a sentence without its full stop: why it is no use
    int version = 0;     // the newest CUDA it can run: 13000 is 13.0; 0 without
    std::vector<GraphicsProcessor> processors; // those that CUDA_VISIBLE_DEVICES leaves
};

/// Loads libcuda.so.1 and asks it.
CudaDriver askCudaDriver();

/// "13.0" for 13000.
std::string cudaVersionText(int version);

} // namespace flip
